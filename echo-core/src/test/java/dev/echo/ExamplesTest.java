package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Compiles and runs every Java example of the README and the Javadoc, as it is written there. */
@Timeout(60)
class ExamplesTest {

  private static final Pattern README_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern JAVADOC_BLOCK =
      Pattern.compile("<pre>\\{@code\n(.*?)\n *\\* *\\}</pre>", Pattern.DOTALL);
  private static final Pattern TOP_LEVEL_CLASS =
      Pattern.compile("^class (\\w+).*?^\\}", Pattern.DOTALL | Pattern.MULTILINE);

  @TempDir
  Path directory;

  @Test
  void examplesRun() throws Exception {
    List<String> examples = new ArrayList<>(blocks(Path.of("..", "README.md"), README_BLOCK));
    assertEquals(4, examples.size(), "examples in the README");
    for (Path source : sources()) {
      examples.addAll(blocks(source, JAVADOC_BLOCK));
    }
    assertTrue(examples.size() >= 12, "found " + examples.size());
    Path program = Files.writeString(directory.resolve("Examples.java"), program(examples));

    List<String> command = JavaProcess.command(List.of(), ExamplesTest.class);
    command.set(command.size() - 1, program.toString());
    String output = JavaProcess.output(command);

    assertTrue(output.startsWith("hello after PT0."), output);
    assertTrue(output.contains("HELLO\n1[hello]\n"), output);
    assertTrue(output.contains("HELLO (from port "), output);
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src", "main", "java", "dev", "echo"))) {
      return files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
    }
  }

  private static List<String> blocks(Path file, Pattern pattern) throws IOException {
    String text = Files.readString(file);
    return pattern
        .matcher(text)
        .results()
        .map(block -> block.group(1).replaceAll("(?m)^ *\\* ?", ""))
        .toList();
  }

  /** One program with a class for each example. */
  private static String program(List<String> examples) {
    StringBuilder program = new StringBuilder("""
            import dev.echo.*;
            import java.nio.file.Path;
            import java.security.Principal;
            import java.time.Duration;
            import java.util.*;
            import java.util.concurrent.*;
            import java.util.regex.Pattern;
            import javax.net.ssl.*;

            class Examples {
              public static void main(String[] args) throws Exception {
            """);
    for (int i = 0; i < examples.size(); i++) {
      program.append("Example").append(i).append(".run();\n");
    }
    program.append("System.exit(0);\n}\n");
    for (int i = 0; i < examples.size(); i++) {
      program.append(example("Example" + i, examples.get(i)));
    }
    return program.append("}\n").toString();
  }

  private static String example(String name, String code) {
    String statements = code.replaceAll("(?m)^import .*\n", "");
    StringBuilder classes = new StringBuilder();
    StringBuilder body = new StringBuilder();
    Matcher topLevel = TOP_LEVEL_CLASS.matcher(statements);
    while (topLevel.find()) {
      classes.append("static ").append(topLevel.group()).append('\n');
      if (topLevel.group().contains("static void main(")) {
        body.append(topLevel.group(1)).append(".main(new String[0]);\n");
      }
      topLevel.appendReplacement(body, "");
    }
    topLevel.appendTail(body);
    boolean needsServer = body.indexOf("server") >= 0 && body.indexOf("EchoServer server") < 0;
    return "static class %s {\n%sstatic void run() throws Exception {\n%s%s\n}\n}\n"
        .formatted(
            name,
            classes,
            needsServer ? "EchoServer server = EchoServer.start(Endpoint.tcp(0));\n" : "",
            body);
  }
}

package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.testing.JavaProcess;
import dev.echo.testing.Javac;
import java.io.File;
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
@Timeout(90)
class ExamplesTest {

  private static final Pattern README_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern JAVADOC_BLOCK =
      Pattern.compile("<pre>\\{@code\n(.*?)\n *\\* *\\}</pre>", Pattern.DOTALL);
  private static final Pattern TEST = Pattern.compile("@Test\\s+void (\\w+)\\(\\)");

  @TempDir
  Path directory;

  @Test
  void examplesRun() throws Exception {
    List<String> examples = new ArrayList<>(blocks(Path.of("..", "README.md"), README_BLOCK));
    assertEquals(2, examples.size(), "examples in the README");
    for (Path source : sources()) {
      examples.addAll(blocks(source, JAVADOC_BLOCK));
    }
    assertTrue(examples.size() >= 12, "found " + examples.size());
    Path program = Files.writeString(directory.resolve("Examples.java"), program(examples));

    Javac.compile(directory, List.of(program));

    String output =
        JavaProcess.output(JavaProcess.command(List.of(), List.of(), classPath(), "Examples"));

    assertTrue(output.startsWith("isCutOffInTheSecondReply passed\nHELLO!\n"), output);
  }

  private String classPath() {
    return directory + File.pathSeparator + Javac.CLASS_PATH;
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
            import static org.junit.jupiter.api.Assertions.*;

            import dev.echo.*;
            import dev.echo.probe.*;
            import java.io.*;
            import java.net.Socket;
            import java.nio.file.Path;
            import java.security.Principal;
            import java.time.Duration;
            import java.util.*;
            import java.util.concurrent.*;
            import java.util.regex.Pattern;
            import javax.net.ssl.*;
            import org.junit.jupiter.api.Test;

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
    Matcher test = TEST.matcher(code);
    String members = "";
    String statements = code;
    if (test.find()) {
      members = code;
      statements =
          "new %1$s().%2$s();\nSystem.out.println(\"%2$s passed\");".formatted(name, test.group(1));
    } else if (code.contains("server") && !code.contains("EchoServer server")) {
      statements = "EchoServer server = EchoServer.start(Endpoint.tcp(0));\n" + code;
    }
    return "static class %s {\n%sstatic void run() throws Exception {\n%s\n}\n}\n"
        .formatted(name, members, statements);
  }
}

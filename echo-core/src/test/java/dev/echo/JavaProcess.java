package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Child JVMs with the classes of the test. */
final class JavaProcess {

  private JavaProcess() {}

  /** The command that runs a main class, behind a prefix, with only the compiled classes to read. */
  static List<String> command(List<String> prefix, Class<?> main, String... options) {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.add("-cp");
    command.add(Path.of("target", "classes").toAbsolutePath()
        + File.pathSeparator
        + Path.of("target", "test-classes").toAbsolutePath());
    command.add(main.getName());
    return command;
  }

  /** Runs a command to its end, which must be a good one, and returns what it has printed. */
  static String output(List<String> command) throws IOException, InterruptedException {
    Path printed = Files.createTempFile("echo-child", ".out");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(printed.toFile());
    // With these, the JVM prints that it heeds them.
    builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
    Process process = builder.start();
    try {
      boolean ended = process.waitFor(30, TimeUnit.SECONDS);
      String output = Files.readString(printed);
      assertTrue(ended, output);
      assertEquals(0, process.exitValue(), output);
      return output;
    } finally {
      process.destroyForcibly();
      Files.delete(printed);
    }
  }

  /** Here, unlike in a jar, each class is a file to open, for which there may be no descriptor later. */
  static void loadAllClasses() throws Exception {
    URI location =
        EchoServer.class.getProtectionDomain().getCodeSource().getLocation().toURI();
    Path classes = Path.of(location);
    try (Stream<Path> files = Files.walk(classes.resolve("dev/echo"))) {
      for (Path file : files.toList()) {
        String name = classes.relativize(file).toString().replace(File.separatorChar, '.');
        if (name.endsWith(".class") && !name.contains("-")) {
          Class.forName(name.replace(".class", ""));
        }
      }
    }
  }
}

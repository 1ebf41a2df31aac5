package dev.echo.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.EchoServer;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Child JVMs with the classes of the test. */
public final class JavaProcess {

  private static final int LIMIT_SECONDS = 60;

  private JavaProcess() {}

  /** The command that runs a main class, behind a prefix, with only the compiled classes to read. */
  public static List<String> command(List<String> prefix, Class<?> main, String... options) {
    String classPath = Path.of("target", "classes").toAbsolutePath()
        + File.pathSeparator
        + Path.of("target", "test-classes").toAbsolutePath();
    return command(prefix, List.of(options), classPath, main.getName());
  }

  /**
   * The command that runs any program.
   *
   * @param prefix what is to run the JVM, such as {@code ip netns exec}
   * @param program the name of a class or of a file, and its arguments
   */
  public static List<String> command(
      List<String> prefix, List<String> options, String classPath, String... program) {
    List<String> command = new ArrayList<>(prefix);
    command.add(tool("java"));
    command.addAll(options);
    command.addAll(List.of("-cp", classPath));
    command.addAll(List.of(program));
    return command;
  }

  /** A program of the JDK that the test runs on. */
  public static String tool(String name) {
    return Path.of(System.getProperty("java.home"), "bin", name).toString();
  }

  /** A process that has none of the variables with which a JVM prints that it heeds them. */
  public static ProcessBuilder builder(List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
    return builder;
  }

  /** Runs a command to its end, which must be a good one, and returns what it has printed. */
  public static String output(List<String> command) throws IOException, InterruptedException {
    Path printed = Files.createTempFile("echo-child", ".out");
    Process process = builder(command)
        .redirectErrorStream(true)
        .redirectOutput(printed.toFile())
        .start();
    try {
      boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
      String output = Files.readString(printed);
      assertTrue(ended, () -> "No end within " + LIMIT_SECONDS + " s: " + output);
      assertEquals(0, process.exitValue(), output);
      return output;
    } finally {
      process.destroyForcibly();
      Files.delete(printed);
    }
  }

  /** Here, unlike in a jar, each class is a file to open, for which there may be no descriptor later. */
  public static void loadAllClasses() throws Exception {
    Path classes = Path.of(
        EchoServer.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.toList()) {
        String name = classes.relativize(file).toString();
        if (name.endsWith(".class") && !name.contains("-")) {
          Class.forName(name.replace(".class", "").replace(File.separatorChar, '.'));
        }
      }
    }
  }
}

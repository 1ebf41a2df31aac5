package dev.echo.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** The packaged jar in a child process with piped input and output. */
final class DemoProcess implements AutoCloseable {

  private static final int LIMIT_SECONDS = 60;

  private final Process process;
  private final BlockingQueue<String> out = new LinkedBlockingQueue<>();
  private final CompletableFuture<String> err = new CompletableFuture<>();
  private final Thread outReader = new Thread(this::readOut);
  private final Thread errReader = new Thread(this::readErr);

  private DemoProcess(Map<String, String> variables, List<String> command) throws IOException {
    this(variables, command, true);
  }

  private DemoProcess(Map<String, String> variables, List<String> command, boolean readsErrors)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    Map<String, String> environment = builder.environment();
    // The JVM reports on standard error that it uses them.
    environment
        .keySet()
        .removeIf(name -> name.endsWith("JAVA_OPTIONS") || name.equals("JAVA_TOOL_OPTIONS"));
    environment.put("LC_ALL", "C.UTF-8"); // English messages, and a charset for all file names
    environment.putAll(variables);
    process = builder.start();
    outReader.start();
    if (readsErrors) {
      errReader.start();
    } else {
      err.complete("");
    }
  }

  static DemoProcess start(String... args) throws IOException {
    return start(List.of(), args);
  }

  static DemoProcess start(List<String> jvmOptions, String... args) throws IOException {
    return new DemoProcess(Map.of(), command(jvmOptions, args));
  }

  /** Starts the jar with additional environment variables. */
  static DemoProcess start(Map<String, String> variables, String... args) throws IOException {
    return new DemoProcess(variables, command(List.of(), args));
  }

  /** Starts another program, with the classes of the jar and of the tests. */
  static DemoProcess startMain(Class<?> main, List<String> jvmOptions, String... args)
      throws Exception {
    Path tests =
        Path.of(main.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<String> command = new ArrayList<>(java(jvmOptions));
    command.addAll(List.of("-cp", jar() + File.pathSeparator + tests, main.getName()));
    command.addAll(List.of(args));
    return new DemoProcess(Map.of(), command);
  }

  /** Starts a command that runs the jar. */
  static DemoProcess startCommand(String... command) throws IOException {
    return new DemoProcess(Map.of(), List.of(command));
  }

  /** Starts the jar from a shell, with redirections. */
  static DemoProcess startRedirected(String redirections, String... args) throws IOException {
    return new DemoProcess(Map.of(), shell("exec \"$@\" " + redirections, List.of(), args));
  }

  /** Starts the jar with a full pipe as standard error. */
  static DemoProcess startWithFullErrorPipe(String... args) throws IOException {
    String fill =
        "dd if=/dev/zero of=/dev/fd/3 bs=4096 count=10000 oflag=nonblock 3>&2 2>/dev/null; ";
    return new DemoProcess(Map.of(), shell(fill + "exec \"$@\"", List.of(), args), false);
  }

  /** Returns a command that runs a script, in which "$@" is the command of the jar. */
  static List<String> shell(String script, List<String> jvmOptions, String... args) {
    List<String> command = new ArrayList<>(List.of("sh", "-c", script, "sh"));
    command.addAll(command(jvmOptions, args));
    return command;
  }

  /** Starts a command at a terminal, with additional environment variables. */
  static DemoProcess startAtTerminal(Map<String, String> variables, List<String> command)
      throws Exception {
    assumeTrue(hasScript(), "The command script of util-linux is not installed");
    String line = command.stream()
        .map(word -> "'" + word.replace("'", "'\\''") + "'")
        .collect(Collectors.joining(" "));
    return new DemoProcess(
        variables, List.of("script", "--quiet", "--return", "--command", line, "/dev/null"));
  }

  private static boolean hasScript() throws Exception {
    try {
      Process process =
          new ProcessBuilder("script", "--version").redirectErrorStream(true).start();
      String version = new String(process.getInputStream().readAllBytes());
      return process.waitFor(10, TimeUnit.SECONDS) && version.contains("util-linux");
    } catch (IOException e) {
      return false;
    }
  }

  /** Runs the jar with an input until it ends. */
  static Run run(String input, String... args) throws Exception {
    return run(List.of(), input, args);
  }

  static Run run(List<String> jvmOptions, String input, String... args) throws Exception {
    return run(Map.of(), jvmOptions, input, args);
  }

  static Run run(
      Map<String, String> variables, List<String> jvmOptions, String input, String... args)
      throws Exception {
    try (DemoProcess process = new DemoProcess(variables, command(jvmOptions, args))) {
      try {
        process.type(input);
        process.endInput();
      } catch (IOException e) {
        // It ended without reading its input.
      }
      return process.awaitEnd();
    }
  }

  static List<String> command(List<String> jvmOptions, String... args) {
    List<String> command = new ArrayList<>(java(jvmOptions));
    command.addAll(List.of("-jar", jar()));
    command.addAll(List.of(args));
    return command;
  }

  private static List<String> java(List<String> jvmOptions) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")); // for short runs
    command.addAll(jvmOptions);
    return command;
  }

  static String jar() {
    return System.getProperty("echo.demo.jar");
  }

  private void readOut() {
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        out.add(line);
      }
    } catch (IOException e) {
      out.add("Reading failed: " + e);
    }
  }

  private void readErr() {
    try (InputStream stream = process.getErrorStream()) {
      err.complete(new String(stream.readAllBytes(), UTF_8));
    } catch (IOException e) {
      err.completeExceptionally(e);
    }
  }

  OutputStream input() {
    return process.getOutputStream();
  }

  void type(String text) throws IOException {
    input().write(text.getBytes(UTF_8));
    input().flush();
  }

  void endInput() throws IOException {
    input().close();
  }

  /** Waits for the next line of the output. */
  String nextLine() throws InterruptedException {
    String line = out.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
    assertNotNull(line, "No line within " + LIMIT_SECONDS + " s");
    return line;
  }

  /** Returns the endpoint from the first line of the output. */
  String listeningEndpoint() throws InterruptedException {
    return nextLineAfter("Listening on ");
  }

  /** Returns the fingerprint from the second line of the output, with TLS. */
  String fingerprint() throws InterruptedException {
    return nextLineAfter("Certificate SHA-256 ");
  }

  private String nextLineAfter(String words) throws InterruptedException {
    String line = nextLine();
    assertTrue(line.startsWith(words), line);
    return line.substring(words.length());
  }

  /** Sends SIGTERM, without the end of input that {@link Process#destroy} would add. */
  void terminate() {
    process.toHandle().destroy();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Waits for the end, and returns exit status, the rest of the output, and standard error. */
  Run awaitEnd() throws Exception {
    assertTrue(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS), "Still running");
    outReader.join(LIMIT_SECONDS * 1000L);
    String errors = err.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    List<String> lines = new ArrayList<>(out);
    return new Run(
        process.exitValue(), lines.isEmpty() ? "" : String.join("\n", lines) + "\n", errors);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}

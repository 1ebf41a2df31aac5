package dev.echo.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A server in a process of its own, so that the load shares neither its compiled code nor its heap,
 * on a processor of its own, so that chance does not place the two.
 *
 * <p>The environment variable {@code SERVER_OPTIONS} adds options for its virtual machine, such as
 * {@code -XX:StartFlightRecording=filename=/tmp/server.jfr}.
 */
final class ServerProcess implements Closeable {

  private static final String SERVER_PROCESSOR = "0";
  private static final String LOAD_PROCESSOR = "1";

  /** The one that is measured now, for the profiler, which JMH creates. */
  private static volatile ServerProcess current;

  private final Process process;
  private final BufferedReader answers;
  private final BufferedWriter questions;
  private final int port;
  private volatile long[] lastUsage;

  private ServerProcess(List<String> command) throws IOException {
    process = new ProcessBuilder(command)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
    answers = process.inputReader(UTF_8);
    questions = process.outputWriter(UTF_8);
    port = (int) answer()[0];
  }

  static ServerProcess start(Enum<?> server, String... options) throws IOException {
    List<String> command = new ArrayList<>();
    if (moveLoad()) {
      command.addAll(List.of("taskset", "-c", SERVER_PROCESSOR));
    }
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of(options));
    Arrays.stream(System.getenv().getOrDefault("SERVER_OPTIONS", "").split(" "))
        .filter(option -> !option.isEmpty())
        .forEach(command::add);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(ServerMain.class.getName());
    command.addAll(List.of(server.getDeclaringClass().getName(), server.name()));
    current = new ServerProcess(command);
    return current;
  }

  /** Moves this process; false if there is only one processor, or no command for it. */
  private static boolean moveLoad() throws IOException {
    String self = Long.toString(ProcessHandle.current().pid());
    try {
      return new ProcessBuilder("taskset", "-acp", LOAD_PROCESSOR, self)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false; // Linux has it in util-linux
    } catch (InterruptedException e) {
      throw new InterruptedIOException("Interrupted while moving to another processor");
    }
  }

  static Optional<ServerProcess> current() {
    return Optional.ofNullable(current);
  }

  int port() {
    return port;
  }

  /** CPU time in nanoseconds, and bytes allocated by all its threads. */
  long[] usage() throws IOException {
    return lastUsage == null ? ask(ServerMain.USAGE) : lastUsage;
  }

  /** Bytes of heap after a collection, of direct memory, and of the resident set. */
  long[] memory() throws IOException {
    return ask(ServerMain.MEMORY);
  }

  private long[] ask(String question) throws IOException {
    questions.append(question).append('\n').flush();
    return answer();
  }

  private long[] answer() throws IOException {
    String line = answers.readLine();
    if (line == null) {
      throw new EOFException("The server's process ended");
    }
    return Arrays.stream(line.split(" ")).mapToLong(Long::parseLong).toArray();
  }

  @Override
  public void close() throws IOException {
    lastUsage = usage(); // for JMH's profilers, whose last iteration ends after this
    questions.close();
    process
        .onExit()
        .orTimeout(5, TimeUnit.SECONDS)
        .exceptionally(late -> process.destroyForcibly())
        .join();
  }
}

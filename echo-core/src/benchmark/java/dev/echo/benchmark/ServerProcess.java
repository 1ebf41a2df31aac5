package dev.echo.benchmark;

import dev.echo.testing.ChildProcess;
import dev.echo.testing.JavaProcess;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

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

  private final ChildProcess child;
  private final int port;
  private volatile long[] lastUsage;

  private ServerProcess(ChildProcess child) throws IOException {
    this.child = child;
    this.port = (int) numbers(child::answer)[0];
  }

  static ServerProcess start(Enum<?> server, String... options) throws IOException {
    List<String> prefix = moveLoad() ? List.of("taskset", "-c", SERVER_PROCESSOR) : List.of();
    List<String> all = new ArrayList<>(List.of("--enable-native-access=ALL-UNNAMED"));
    all.addAll(List.of(options));
    Arrays.stream(System.getenv().getOrDefault("SERVER_OPTIONS", "").split(" "))
        .filter(option -> !option.isEmpty())
        .forEach(all::add);
    current = new ServerProcess(new ChildProcess(JavaProcess.command(
        prefix,
        all,
        System.getProperty("java.class.path"),
        ServerMain.class.getName(),
        server.getDeclaringClass().getName(),
        server.name())));
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
    return numbers(() -> child.ask(question));
  }

  private interface Line {
    String get() throws IOException, InterruptedException;
  }

  private static long[] numbers(Line line) throws IOException {
    try {
      return Arrays.stream(line.get().split(" ")).mapToLong(Long::parseLong).toArray();
    } catch (InterruptedException e) {
      throw new InterruptedIOException("Interrupted while waiting for the server's process");
    }
  }

  @Override
  public void close() throws IOException {
    lastUsage = usage(); // for JMH's profilers, whose last iteration ends after this
    child.close();
  }
}

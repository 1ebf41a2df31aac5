package dev.echo;

import static org.junit.jupiter.api.Assertions.fail;

import dev.echo.testing.ChildProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/** A server in a JVM of its own. */
final class ServerProcess implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  final ChildProcess child;
  final Endpoint endpoint;

  /** What the server has counted; the last is how many errors were an OutOfMemoryError. */
  record Stats(
      long open,
      long total,
      long messages,
      long rejected,
      long dropped,
      long errors,
      long outOfMemory) {

    static Stats parse(String line) {
      long[] numbers = Arrays.stream(line.split(" ")).mapToLong(Long::parseLong).toArray();
      return new Stats(
          numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6]);
    }
  }

  private ServerProcess(ChildProcess child) throws InterruptedException {
    this.child = child;
    this.endpoint = Endpoint.parse(child.answer());
  }

  static ServerProcess start(List<String> options, String... arguments)
      throws IOException, InterruptedException {
    return start(List.of(), options, arguments);
  }

  /**
   * Starts a server.
   *
   * @param prefix what is to run the JVM
   * @param options those of the JVM
   * @param arguments those of {@link ServerMain}
   */
  static ServerProcess start(List<String> prefix, List<String> options, String... arguments)
      throws IOException, InterruptedException {
    ChildProcess child = ChildProcess.start(prefix, options, ServerMain.class, arguments);
    try {
      return new ServerProcess(child);
    } catch (InterruptedException | RuntimeException | Error e) {
      child.close();
      throw e;
    }
  }

  /** The bytes in use after a collection. */
  long heap() throws IOException, InterruptedException {
    return Long.parseLong(child.ask(ServerMain.HEAP));
  }

  Stats stats() throws IOException, InterruptedException {
    return Stats.parse(child.ask(ServerMain.STATS));
  }

  /** Asks until the answer is as expected. */
  Stats awaitStats(Predicate<Stats> expected) throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    Stats stats = stats();
    while (!expected.test(stats)) {
      if (System.nanoTime() - end > 0) {
        fail("still " + stats);
      }
      stats = stats();
    }
    return stats;
  }

  @Override
  public void close() throws IOException {
    child.close();
  }
}

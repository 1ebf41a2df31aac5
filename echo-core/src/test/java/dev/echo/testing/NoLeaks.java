package dev.echo.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * After each test: no thread of ours is alive, no socket or selector is open that was not before,
 * no socket file is there, and nothing unexpected was logged.
 */
public final class NoLeaks implements BeforeEachCallback, AfterEachCallback {

  private static final Logger LOG = Logger.getLogger("dev.echo");
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  static {
    openWhatTheJdkKeeps();
  }

  private final List<LogRecord> records = new CopyOnWriteArrayList<>();
  private List<Thread> threadsBefore = List.of();

  /** Null if the test was given up before this looked. */
  private List<String> openBefore;

  private final Handler handler = new Handler() {
    @Override
    public void publish(LogRecord entry) {
      if (entry.getLevel().intValue() >= Level.WARNING.intValue()) {
        records.add(entry);
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  };

  /** What was logged at WARNING and above so far, which is then expected. */
  public List<String> takeWarnings() {
    awaitLog();
    List<String> taken = records.stream().map(LogRecord::getMessage).toList();
    records.clear();
    return taken;
  }

  /** The thread that logs ends when it has written all there is. */
  private void awaitLog() {
    try {
      for (Thread thread : threads()) {
        if (thread.getName().equals("echo-log")) {
          thread.join(PATIENCE.toMillis());
        }
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    LOG.setUseParentHandlers(false);
    LOG.addHandler(handler);
    threadsBefore = ownThreads();
    openBefore = Descriptors.socketsAndSelectors();
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    if (openBefore == null) {
      return;
    }
    for (Thread thread : threads()) {
      thread.join(PATIENCE.toMillis());
    }
    LOG.removeHandler(handler);
    assertEquals(List.of(), threads(), "threads left");
    assertEquals(List.of(), awaitNoneLeft(), "sockets left open");
    Transport.deleteDirectories();
    assertEquals(List.of(), takeWarnings(), "warnings logged");
  }

  /** The threads of ours that were not there before the test. */
  public List<Thread> threads() {
    return ownThreads().stream()
        .filter(thread -> !threadsBefore.contains(thread))
        .toList();
  }

  /** All threads of ours, those included that earlier tests have left. */
  public static List<Thread> ownThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("echo-"))
        .filter(Thread::isAlive)
        .toList();
  }

  /** Other threads, such as those of the common pool, may be about to close theirs. */
  private List<String> awaitNoneLeft() throws IOException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    List<String> left = leftOpen();
    while (!left.isEmpty() && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(1_000_000);
      left = leftOpen();
    }
    return left;
  }

  private List<String> leftOpen() throws IOException {
    List<String> left = new ArrayList<>(Descriptors.socketsAndSelectors());
    openBefore.forEach(left::remove); // one each, as all selectors have the same name
    if (!left.isEmpty()) {
      left.removeAll(socketsForAttaching());
    }
    return left;
  }

  /** The JVM opens one when an agent or a tool attaches itself. */
  private static List<String> socketsForAttaching() throws IOException {
    return Files.readAllLines(Path.of("/proc/net/unix")).stream()
        .filter(line -> line.contains("/.java_pid"))
        .map(line -> "socket:[" + line.split(" +")[6] + "]")
        .toList();
  }

  /** With the first socket it closes, the JDK makes one that it closes others with. */
  private static void openWhatTheJdkKeeps() {
    try {
      ServerSocketChannel.open().close();
    } catch (IOException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}

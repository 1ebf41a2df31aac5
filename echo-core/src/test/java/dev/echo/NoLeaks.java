package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** After each test: no thread of ours is alive, and nothing unexpected was logged. */
final class NoLeaks implements BeforeEachCallback, AfterEachCallback {

  private static final Logger LOG = Logger.getLogger("dev.echo");
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final List<LogRecord> records = new CopyOnWriteArrayList<>();
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
  List<String> takeWarnings() {
    List<String> taken = records.stream().map(LogRecord::getMessage).toList();
    records.clear();
    return taken;
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    LOG.setUseParentHandlers(false);
    LOG.addHandler(handler);
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    LOG.removeHandler(handler);
    for (Thread thread : ownThreads()) {
      thread.join(PATIENCE.toMillis());
    }
    assertEquals(List.of(), ownThreads(), "threads left");
    assertEquals(List.of(), takeWarnings(), "warnings logged");
  }

  static List<Thread> ownThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("echo-"))
        .filter(Thread::isAlive)
        .toList();
  }
}

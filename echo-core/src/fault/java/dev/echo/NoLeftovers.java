package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.echo.testing.Descriptors;
import java.io.IOException;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** After each test: no more children, sockets, pipes or selectors than before. */
final class NoLeftovers implements BeforeEachCallback, AfterEachCallback {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Null if the test was given up before this looked. */
  private String before;

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    EchoServer.start(Endpoint.tcp(0)).close(); // so that what the JDK opens once is there
    before = held();
  }

  @Override
  public void afterEach(ExtensionContext context) throws IOException {
    if (before == null) {
      return;
    }
    long end = System.nanoTime() + PATIENCE.toNanos();
    String after = held();
    while (!after.equals(before) && System.nanoTime() - end < 0) {
      after = held();
    }
    assertEquals(before, after);
  }

  private static String held() throws IOException {
    try (Stream<ProcessHandle> children = ProcessHandle.current().children()) {
      return Descriptors.withoutFiles().size() + " sockets and the like, " + children.count()
          + " children";
    }
  }
}

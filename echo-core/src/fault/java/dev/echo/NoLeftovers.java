package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** After each test: no more children, sockets, pipes or selectors than before. */
final class NoLeftovers implements BeforeEachCallback, AfterEachCallback {

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private String before;

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    EchoServer.start(Endpoint.tcp(0)).close(); // so that what the JDK opens once is there
    before = held();
  }

  @Override
  public void afterEach(ExtensionContext context) throws IOException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    String after = held();
    while (!after.equals(before) && System.nanoTime() - end < 0) {
      after = held();
    }
    assertEquals(before, after);
  }

  private static String held() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"));
        Stream<ProcessHandle> children = ProcessHandle.current().children()) {
      return open.filter(NoLeftovers::isNoFile).count() + " sockets and the like, "
          + children.count() + " children";
    }
  }

  /** Files are the JDK's own affair, which opens its jars when it wants to. */
  private static boolean isNoFile(Path descriptor) {
    try {
      return !Files.readSymbolicLink(descriptor).isAbsolute();
    } catch (IOException e) {
      return false; // the one that the list was read from
    }
  }
}

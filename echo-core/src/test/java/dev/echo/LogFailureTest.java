package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.echo.testing.NoLeaks;
import dev.echo.testing.RecordingListener;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Somebody's log handler that fails, whatever it is told. */
@Timeout(30)
class LogFailureTest {

  private static final Logger LOG = Logger.getLogger("dev.echo");

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  private final Handler failing = new Handler() {
    @Override
    public void publish(LogRecord entry) {
      throw new OutOfMemoryError("for the test");
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  };

  @BeforeEach
  void addHandler() {
    LOG.setLevel(Level.ALL);
    LOG.addHandler(failing);
  }

  @AfterEach
  void removeHandler() {
    LOG.removeHandler(failing);
    LOG.setLevel(null);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void costsNoConnectionAndNoPlace(int eventLoops) throws Exception {
    RecordingListener listener = new RecordingListener();
    try (EchoServer server = EchoServer.builder()
        .eventLoops(eventLoops)
        .maxConnections(1)
        .listener(listener)
        .start(Endpoint.tcp(0))) {
      for (int i = 0; i < 4; i++) {
        try (EchoClient client = EchoClient.connect(server.endpoint())) {
          assertEquals("hello", client.send("hello").message().text());
        }
        listener.awaitClose();
      }
    }
  }

  @Test
  void holdsUpNobodyWhileNobodyReadsTheLog() throws Exception {
    CountDownLatch read = new CountDownLatch(1);
    Handler full = new Handler() {
      @Override
      public void publish(LogRecord entry) {
        try {
          read.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
    LOG.addHandler(full);
    try (EchoServer server = EchoServer.start(Endpoint.tcp(0))) {
      for (int i = 0; i < 1_200; i++) { // more lines than may wait
        try (EchoClient client = EchoClient.connect(server.endpoint())) {
          assertEquals("hello", client.send("hello").message().text());
        }
      }
    } finally {
      read.countDown();
      LOG.removeHandler(full);
    }
  }
}

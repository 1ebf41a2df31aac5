package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.echo.internal.server.ServerBuilder;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.RecordingListener;
import dev.echo.testing.StreamKind;
import dev.echo.testing.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Each way in which a connection ends, over all that has connections. */
@ParameterizedClass
@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "TCP_WITH_FOUR_LOOPS")
@Timeout(60)
class CloseReasonTest {

  private static final Duration IDLE = Duration.ofSeconds(3);

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @Parameter
  StreamKind kind;

  private final RecordingListener listener = new RecordingListener();
  private final AtomicLong nanos = new AtomicLong();
  private final ExecutorService executor = Executors.newSingleThreadExecutor();
  private ServerBuilder builder;

  @BeforeEach
  void build() {
    builder = new ServerBuilder().listener(listener).nanoClock(nanos::get);
    kind.set(builder, executor);
  }

  @AfterEach
  void endExecutor() {
    executor.shutdown();
  }

  private EchoServer start() throws IOException {
    return builder.start(kind.free());
  }

  private void assertClosed(CloseReason reason, String... others) throws Exception {
    assertEquals(reason, listener.awaitClose());
    List<String> errors = listener.allErrors.stream().map(Throwable::getMessage).toList();
    assertEquals(others.length, errors.size(), errors.toString());
  }

  @Test
  void peerClosed() throws Exception {
    try (EchoServer server = start()) {
      try (Wire peer = kind.connect(server)) {
        peer.send("hello\n").halfClose();

        assertEquals("hello\n", peer.receiveToEnd());
      }
      assertClosed(CloseReason.PEER_CLOSED);
    }
  }

  @Test
  void peerClosedWithinALine() throws Exception {
    try (EchoServer server = start();
        Wire peer = kind.connect(server)) {
      peer.send("hello").halfClose();

      assertEquals("hello", peer.receiveToEnd());
      assertClosed(CloseReason.PEER_CLOSED);
    }
  }

  @Test
  void peerReset() throws Exception {
    assumeTrue(kind != StreamKind.UNIX, "which knows no resets");
    try (EchoServer server = start();
        Wire peer = kind.connect(server)) {
      peer.send("hello\n");
      assertEquals("hello\n", peer.receive(6));

      peer.reset();

      assertClosed(CloseReason.PEER_RESET);
    }
  }

  @Test
  void peerClosedWithRepliesUnread() throws Exception {
    assumeTrue(kind == StreamKind.UNIX, "elsewhere it depends on what arrives first");
    try (EchoServer server = start();
        Wire peer = kind.connect(server)) {
      peer.send("hello\n");
      assertEquals("h", peer.receive(1));

      peer.channel.close();

      assertClosed(CloseReason.PEER_RESET);
    }
  }

  @Test
  void quit() throws Exception {
    builder.quitWhen(QuitPredicate.textEquals("quit"));
    try (EchoServer server = start();
        Wire peer = kind.connect(server)) {
      peer.send("quit\n");

      assertEquals("quit\n", peer.receiveToEnd());
      peer.channel.close();
      assertClosed(CloseReason.QUIT);
    }
  }

  @Test
  void quitInTheLastLine() throws Exception {
    builder.quitWhen(QuitPredicate.textEquals("quit"));
    try (EchoServer server = start();
        Wire peer = kind.connect(server)) {
      peer.send("quit").halfClose();

      assertEquals("quit", peer.receiveToEnd());
      assertClosed(CloseReason.QUIT);
    }
  }

  @Test
  void quitOfTheWholeServer() throws Exception {
    builder.quitWhen(QuitPredicate.textEquals("quit"), QuitScope.SERVER);
    try (EchoServer server = start();
        Wire bystander = kind.connect(server);
        Wire peer = kind.connect(server)) {
      bystander.send("hello\n").receive(6);
      peer.send("quit\n");

      assertEquals("quit\n", peer.receiveToEnd());
      peer.channel.close();
      assertEquals("", bystander.receiveToEnd());
      bystander.channel.close();
      assertEquals(
          List.of(CloseReason.QUIT, CloseReason.SHUTDOWN),
          List.of(listener.awaitClose(), listener.awaitClose()).stream()
              .sorted()
              .toList());
    }
  }

  @Test
  void idleTimeout() throws Exception {
    builder.idleTimeout(IDLE);
    try (EchoServer server = start();
        Wire peer = kind.connect(server);
        Wire other = kind.connect(server)) {
      peer.send("hello\n").receive(6);
      nanos.addAndGet(IDLE.toNanos());

      other.send("hello\n").receive(6); // has the server look at its clock

      assertClosed(CloseReason.IDLE_TIMEOUT, "idle");
      assertEquals("", peer.receiveToEnd());
    }
  }

  @Test
  void messageTooLarge() throws Exception {
    builder.maxMessageSize(5);
    try (EchoServer server = start();
        Wire peer = kind.connect(server)) {
      peer.send("12345\n123456\n");

      assertEquals("12345\n", peer.receiveToEnd());
      peer.channel.close();
      assertClosed(CloseReason.MESSAGE_TOO_LARGE, "too large");
    }
  }

  @Test
  void failed() throws Exception {
    builder.transformer((message, peer) -> {
      throw new IllegalStateException("as it happens");
    });
    try (EchoServer server = start();
        Wire peer = kind.connect(server)) {
      peer.send("hello\n");

      assertEquals("", peer.receiveToEnd());
      peer.channel.close();
      assertClosed(CloseReason.FAILED, "as it happens");
    }
    noLeaks.takeWarnings();
  }

  @Test
  void failedOnTheLastLine() throws Exception {
    builder.transformer((message, peer) -> {
      throw new IllegalStateException("as it happens");
    });
    try (EchoServer server = start();
        Wire peer = kind.connect(server)) {
      peer.send("hello").halfClose();

      assertEquals("", peer.receiveToEnd());
      assertClosed(CloseReason.FAILED, "as it happens");
    }
    noLeaks.takeWarnings();
  }

  @Test
  void shutdown() throws Exception {
    try (EchoServer server = start();
        Wire peer = kind.connect(server)) {
      peer.send("hello\n").receive(6);

      server.shutdown();

      assertEquals("", peer.receiveToEnd());
      peer.channel.close();
      assertClosed(CloseReason.SHUTDOWN);
    }
  }

  @Test
  void shutdownNow() throws Exception {
    try (EchoServer server = start();
        Wire peer = kind.connect(server)) {
      peer.send("hello\n").receive(6);

      server.shutdownNow();

      assertClosed(CloseReason.SHUTDOWN);
    }
  }

  @Test
  void truncatedTls() throws Exception {
    assumeTrue(kind == StreamKind.TLS);
    try (EchoServer server = start();
        Wire peer = kind.connect(server)) {
      peer.send("hello\n").receive(6);

      peer.sendUnsecured(new byte[0]);

      assertClosed(CloseReason.FAILED, "cut off");
    }
  }
}

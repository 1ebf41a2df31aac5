package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.mock;

import dev.echo.internal.BufferLimit;
import dev.echo.internal.server.ServerBuilder;
import dev.echo.internal.tls.Tls;
import dev.echo.internal.tls.TlsBuffers;
import dev.echo.internal.tls.TlsChannel;
import dev.echo.testing.Certificates;
import dev.echo.testing.Gate;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.RecordingListener;
import dev.echo.testing.Wire;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509ExtendedKeyManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.stubbing.Answer;

/** Handshakes that are not finished, by those who stall and at the end of the server. */
@ParameterizedClass
@ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
@Timeout(30)
class HandshakeTest {

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @Parameter
  String version;

  private final RecordingListener listener = new RecordingListener();

  /** A client that falls silent after so many bytes of its handshake. */
  private static final class Stalled implements ByteChannel {
    private final SocketChannel socket;
    private int left;

    Stalled(Endpoint server, int bytes) throws IOException {
      this.socket = SocketChannel.open(server.address());
      this.left = bytes;
      socket.configureBlocking(false);
      socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    @Override
    public int read(ByteBuffer bytes) throws IOException {
      return socket.read(bytes);
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
      int limit = bytes.limit();
      bytes.limit(Math.min(limit, bytes.position() + left));
      int count = socket.write(bytes);
      bytes.limit(limit);
      left -= count;
      return count;
    }

    @Override
    public boolean isOpen() {
      return socket.isOpen();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test
  void closesHandshakesThatStallAtAnyByteAndServesTheOthers() throws Exception {
    AtomicLong nanos = new AtomicLong();
    List<Stalled> stalled = new ArrayList<>();
    try (EchoServer server = new ServerBuilder()
            .sslContext(Certificates.of("server"))
            .sslParameters(Certificates.protocol(version))
            .listener(listener)
            .nanoClock(nanos::get)
            .idleTimeout(Duration.ofDays(10_000))
            .start(Endpoint.tcp(0));
        EchoClient neighbour =
            EchoClient.builder().sslContext(Certificates.none()).connect(server.endpoint())) {
      neighbour.send("hello");
      int bytes = 0;
      boolean done = false;
      for (; !done; bytes += 7) {
        Stalled socket = new Stalled(server.endpoint(), bytes);
        done = shakesHands(client(socket), socket);
        stalled.add(socket);
        assertEquals("hello", neighbour.send("hello").message().text());
      }
      assertTrue(bytes > 300, "the handshake has bytes: " + bytes);
      while (timeouts() < stalled.size() - 1) { // what is being checked is given as long again
        nanos.addAndGet(Duration.ofSeconds(10).toNanos());
        assertEquals("hello", neighbour.send("hello").message().text());
      }

      for (int i = 0; i < stalled.size() - 1; i++) {
        Throwable error = listener.awaitError();
        assertInstanceOf(EchoTimeoutException.class, error);
        assertTrue(error.getMessage().endsWith(" within 10 s"), error.getMessage());
      }
      assertEquals(2, server.stats().openConnections());
      for (Stalled socket : stalled) {
        socket.close();
      }
      listener.awaitClose();
      assertEquals("hello", neighbour.send("hello").message().text());
    }
  }

  @Test
  void closesASilentPeerAlthoughNothingElseHappens() throws Exception {
    try (EchoServer server = EchoServer.builder()
            .sslContext(Certificates.of("server"))
            .handshakeTimeout(Duration.ofMillis(50))
            .listener(listener)
            .start(Endpoint.tcp(0));
        Wire silent = Wire.to(server.endpoint())) {
      assertInstanceOf(EchoTimeoutException.class, listener.awaitError());
      silent.receiveBytesToEnd();
    }
  }

  /** Returns whether the handshake is done, or false if it stalls. */
  private static boolean shakesHands(TlsChannel client, Stalled socket) throws IOException {
    while (true) {
      switch (client.handshake()) {
        case TASKS -> client.runTasks();
        case INPUT -> {
          if (socket.left == 0) {
            return false;
          }
          Thread.onSpinWait();
        }
        case OUTPUT -> {
          return false;
        }
        case NOTHING -> {
          return true;
        }
      }
    }
  }

  @Test
  void finishesAHandshakeWhoseLastByteCameInTimeAlthoughTheLoopIsLate() throws Exception {
    AtomicLong nanos = new AtomicLong();
    Gate gate = new Gate();
    try (EchoServer server = new ServerBuilder()
            .sslContext(Certificates.of("server"))
            .sslParameters(Certificates.protocol(version))
            .transformer(gate.transformer())
            .listener(listener)
            .nanoClock(nanos::get)
            .start(Endpoint.tcp(0));
        EchoClient busy =
            EchoClient.builder().sslContext(Certificates.none()).connect(server.endpoint());
        Stalled first = new Stalled(server.endpoint(), Integer.MAX_VALUE);
        Stalled second = new Stalled(server.endpoint(), 0)) {
      assertTrue(shakesHands(client(first), first));
      second.left = Integer.MAX_VALUE - first.left - 1; // all but its last byte
      TlsChannel client = client(second);
      assertFalse(shakesHands(client, second));
      CompletableFuture<Echo> answer = busy.sendAsync("slow");
      gate.awaitEntered();

      second.left = 1;
      client.handshake();
      nanos.addAndGet(Duration.ofSeconds(11).toNanos());
      gate.open();

      assertEquals("slow", answer.get(10, TimeUnit.SECONDS).message().text());
      for (int i = 0; i < 3; i++) {
        listener.awaitOpen();
      }
      assertEquals(List.of(), listener.allErrors);
    }
  }

  private static TlsChannel client(Stalled socket) throws IOException {
    return new TlsChannel(
        socket,
        Tls.forClient(Certificates.none(), null).connectingEngine(Endpoint.tcp("localhost", 1)),
        new TlsBuffers(),
        BufferLimit.NONE);
  }

  @Test
  void endsAtOnceWhileAHandshakeStallsOrIsChecked() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    SSLContext blocking = asking(call -> {
      asked.countDown();
      new CountDownLatch(1).await();
      return null;
    });
    try (EchoServer server = EchoServer.builder().sslContext(blocking).start(Endpoint.tcp(0));
        SocketChannel silent = SocketChannel.open(server.endpoint().address());
        Stalled socket = new Stalled(server.endpoint(), Integer.MAX_VALUE)) {
      client(socket).handshake();
      assertTrue(asked.await(10, TimeUnit.SECONDS));

      server.shutdown();

      assertTrue(server.awaitTermination(Duration.ofSeconds(10)));
      ByteBuffer goodbye = ByteBuffer.allocate(100);
      while (silent.read(goodbye) >= 0) {
        assertTrue(goodbye.hasRemaining(), "more than two alerts");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(classes = {IllegalStateException.class, StackOverflowError.class})
  void refusesWhenAKeyManagerFails(Class<? extends Throwable> failure) throws Exception {
    SSLContext failing = asking(call -> {
      throw failure.getConstructor(String.class).newInstance("as it happens");
    });
    EchoClient.Builder builder = EchoClient.builder().sslContext(Certificates.none());
    try (EchoServer server =
        EchoServer.builder().sslContext(failing).listener(listener).start(Endpoint.tcp(0))) {
      assertThrows(IOException.class, () -> builder.connect(server.endpoint()));

      Throwable error = listener.awaitError();
      assertTrue(error.getMessage().contains("as it happens"), error::toString);
    }
  }

  @Test
  void runsNoTasksForThoseWhoGaveUp() throws Exception {
    AtomicLong nanos = new AtomicLong();
    int threads = Runtime.getRuntime().availableProcessors();
    Gate gate = new Gate();
    Set<Object> engines = ConcurrentHashMap.newKeySet();
    SSLContext slow = asking(call -> {
      if (engines.add(call.getArgument(2))) {
        gate.enter();
      }
      return null;
    });
    List<Stalled> clients = new ArrayList<>();
    try (EchoServer server = new ServerBuilder()
        .sslContext(slow)
        .nanoClock(nanos::get)
        .listener(listener)
        .start(Endpoint.tcp(0))) {
      for (int i = 0; i < 3 * threads; i++) {
        Stalled socket = new Stalled(server.endpoint(), Integer.MAX_VALUE);
        clients.add(socket);
        client(socket).handshake();
      }
      gate.awaitEntered(threads);
      try (Wire last = Wire.to(server.endpoint())) { // accepted after all the others
        last.send("plain");
        assertTrue(listener.awaitError().getMessage().endsWith("does not speak TLS"));
      }
      while (timeouts() < 3 * threads) { // what is being checked is given as long again
        nanos.addAndGet(Duration.ofSeconds(10).toNanos());
        try (Wire other = Wire.to(server.endpoint())) { // which has the loop look
          other.send("plain").receiveToEnd();
        }
      }
      assertEquals(0, waitingTasks(server).size()); // which would keep what they belong to

      gate.open();
    }
    for (Stalled client : clients) {
      client.close();
    }
    assertEquals(threads, engines.size());
  }

  private static Collection<?> waitingTasks(EchoServer server) throws Exception {
    Field tasks = server.getClass().getDeclaredField("waitingTasks");
    tasks.setAccessible(true);
    return (Collection<?>) tasks.get(server);
  }

  private long timeouts() {
    return listener.allErrors.stream()
        .filter(error -> error instanceof EchoTimeoutException)
        .count();
  }

  private static SSLContext asking(Answer<Object> keyManager) throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    KeyManager[] keyManagers = {mock(X509ExtendedKeyManager.class, keyManager)};
    context.init(keyManagers, null, null);
    return context;
  }
}

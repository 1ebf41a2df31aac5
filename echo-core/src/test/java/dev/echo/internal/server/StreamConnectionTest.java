package dev.echo.internal.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.echo.CloseReason;
import dev.echo.EchoListener;
import dev.echo.EchoServer;
import dev.echo.Framing;
import dev.echo.MessageTransformer;
import dev.echo.Peer;
import dev.echo.QuitPredicate;
import dev.echo.QuitScope;
import dev.echo.testing.Gate;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.RecordingListener;
import dev.echo.testing.Transport;
import dev.echo.testing.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How connections live side by side, and how they end. */
@ParameterizedClass
@EnumSource(names = {"TCP", "UNIX"})
@Timeout(30)
class StreamConnectionTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @Parameter
  Transport transport;

  private final RecordingListener listener = new RecordingListener();

  @Test
  void readsNothingMoreFromAPeerThatDoesNotRead() throws Exception {
    try (EchoServer server = EchoServer.builder()
            .transformer(MessageTransformer.suffix("!".repeat(1_000)))
            .start(transport.free());
        Wire peer = Wire.to(server.endpoint());
        Wire neighbour = Wire.to(server.endpoint())) {
      peer.channel.configureBlocking(false);
      ByteBuffer lines = ByteBuffer.wrap("x\n".repeat(10_000).getBytes(UTF_8));
      long sent = 0;
      long answered = -1;
      long answeredToNeighbour = 0;
      // It has stopped for good when nothing moves during many round trips of its neighbour.
      while (answered != server.stats().messages() - answeredToNeighbour) {
        answered = server.stats().messages() - answeredToNeighbour;
        sent += peer.channel.write(lines.rewind());
        for (int i = 0; i < 50; i++) {
          assertEquals("n" + "!".repeat(1_000) + "\n", neighbour.send("n\n").receiveLine());
          answeredToNeighbour++;
        }
      }
      assertTrue(sent / 2 > answered, "the rest waits in the system's buffers");

      peer.channel.configureBlocking(true);
      peer.halfClose();
      long lineCount = peer.receiveToEnd().lines().count();
      assertEquals((sent + 1) / 2, lineCount);
    }
  }

  @Test
  void survivesResetsAndTellsOnlyOfWhatWasLost() throws Exception {
    try (EchoServer server = EchoServer.builder().listener(listener).start(transport.free())) {
      try (Wire peer = Wire.to(server.endpoint())) {
        assertEquals("a\n", peer.send("a\n").receiveLine());
        if (transport == Transport.TCP) {
          peer.reset();
        }
      }
      listener.awaitClose();
      assertEquals(List.of(), listener.allErrors);
      assertEquals(0, server.stats().openConnections());

      if (transport == Transport.TCP) {
        try (Wire peer = Wire.to(server.endpoint())) {
          assertEquals("b\n", peer.send("b\npartial").receiveLine());
          peer.reset();
        }
        listener.awaitClose();
        assertEquals(1, listener.allErrors.size());
        assertInstanceOf(IOException.class, listener.allErrors.get(0));
      }
      try (Wire peer = Wire.to(server.endpoint())) {
        assertEquals("c\n", peer.send("c\n").receiveLine());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void stopsAcceptingAtTheLimitUntilOneCloses(int eventLoops) throws Exception {
    try (EchoServer server = new ServerBuilder()
            .nanoClock(() -> 0) // it does not look by itself
            .eventLoops(eventLoops)
            .maxConnections(2)
            .listener(listener)
            .start(transport.free());
        Wire first = Wire.to(server.endpoint());
        Wire second = Wire.to(server.endpoint());
        Wire third = Wire.to(server.endpoint())) {
      assertEquals("1\n", first.send("1\n").receiveLine());
      assertEquals("2\n", second.send("2\n").receiveLine());
      third.send("3\n");
      assertEquals("1\n", first.send("1\n").receiveLine());
      assertEquals(2, server.stats().openConnections());

      first.halfClose();

      assertEquals("3\n", third.receiveLine());
      assertEquals(3, server.stats().totalConnections());
      assertEquals("2\n", second.send("2\n").receiveLine());
    }
  }

  @Test
  void servesThoseThatAreThereBetweenManyThatConnect() throws Exception {
    assumeTrue(transport == Transport.UNIX, "what is written there has arrived");
    int many = 200;
    int messages = 20;
    Gate gate = new Gate();
    AtomicReference<Wire> talker = new AtomicReference<>();
    AtomicInteger sent = new AtomicInteger(1);
    List<Wire> peers = new ArrayList<>();
    MessageTransformer sendingMore = (message, peer) -> {
      gate.enter();
      if (sent.getAndIncrement() < messages) {
        sendUnchecked(talker.get(), "more\n");
      }
      return message;
    };
    try (EchoServer server = EchoServer.builder()
            .transformer(sendingMore)
            .listener(listener)
            .start(transport.free());
        Wire first = Wire.to(server.endpoint())) {
      talker.set(first);
      first.send("hold\n");
      gate.awaitEntered();
      for (int i = 0; i < many; i++) {
        peers.add(Wire.to(server.endpoint()));
      }
      gate.open();
      for (int i = 0; i <= many; i++) {
        listener.awaitOpen();
      }
      assertEquals("hold\n" + "more\n".repeat(messages - 1), first.receive(5 * messages));
    } finally {
      for (Wire peer : peers) {
        peer.close();
      }
    }
    int atOnce = 0;
    int most = 0;
    for (String event : listener.events) {
      atOnce = event.equals("open") ? atOnce + 1 : 0;
      most = Math.max(most, atOnce);
    }
    assertTrue(most <= 2 * 64, most + " at once"); // at most two rounds without a message
  }

  private static void sendUnchecked(Wire peer, String text) {
    try {
      peer.send(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void spreadsConnectionsOverLoopsThatStartWhenNeeded() throws Exception {
    List<Wire> peers = new ArrayList<>();
    try (EchoServer server =
        EchoServer.builder().eventLoops(3).listener(listener).start(transport.free())) {
      assertEquals(1, noLeaks.threads().size());
      for (int i = 1; i <= 6; i++) {
        Wire peer = Wire.to(server.endpoint());
        peers.add(peer);
        assertEquals("x\n", peer.send("x\n").receiveLine());
        assertEquals(Math.min(i, 3), noLeaks.threads().size());
      }
      for (Wire peer : peers) {
        assertEquals("y\n", peer.send("y\n").receiveLine());
      }
      server.shutdown();
      for (Wire peer : peers) {
        assertEquals("", peer.receiveToEnd());
      }
      assertTrue(server.awaitTermination(SOON));
      assertEquals(0, server.stats().openConnections());
    } finally {
      for (Wire peer : peers) {
        peer.close();
      }
    }
  }

  private static MessageTransformer firstEnters(Gate gate) {
    return MessageTransformer.text(text -> {
      if (text.equals("1")) {
        gate.enter();
      }
      return text;
    });
  }

  @Test
  void answersWhatArrivedBeforeShutdown() throws Exception {
    Gate gate = new Gate();
    EchoServer server = EchoServer.builder().transformer(firstEnters(gate)).start(transport.free());
    try (Wire busy = Wire.to(server.endpoint());
        Wire other = Wire.to(server.endpoint())) {
      assertEquals("0\n", other.send("0\n").receiveLine()); // so that it has been accepted
      busy.send("1\n2\n");
      gate.awaitEntered();
      busy.send("3\npart");
      other.send("4\n");
      server.shutdown();
      gate.open();

      assertEquals("1\n2\n3\n", busy.receiveToEnd());
      assertEquals("4\n", other.receiveToEnd());
    }
    assertTrue(server.awaitTermination(SOON));
  }

  @ParameterizedTest
  @CsvSource({"part, ''", "'quit\n5\n', 'quit\n'"})
  void answersWhatArrivedBeforeShutdownOnTheExecutor(String last, String answer) throws Exception {
    Gate gate = new Gate();
    ExecutorService executor = Executors.newFixedThreadPool(2);
    EchoServer server = EchoServer.builder()
        .executor(executor)
        .transformer(firstEnters(gate))
        .quitWhen(QuitPredicate.textEquals("quit"))
        .listener(listener)
        .start(transport.free());
    try (Wire busy = Wire.to(server.endpoint())) {
      busy.send("1\n2\n");
      gate.awaitEntered();
      busy.send("3\n4\n" + last);
      try (Wire other = Wire.to(server.endpoint())) {
        assertEquals("0\n", other.send("0\n").receiveLine());

        server.shutdown();

        assertEquals("", other.receiveToEnd()); // now the loop knows
      }
      assertEquals(CloseReason.SHUTDOWN, listener.awaitClose());
      gate.open();
      assertEquals("1\n2\n3\n4\n" + answer, busy.receiveToEnd());
    } finally {
      executor.shutdown();
    }
    assertEquals(CloseReason.SHUTDOWN, listener.awaitClose());
    assertTrue(server.awaitTermination(SOON));
  }

  @Test
  void answersALastLineWithoutEndOnTheExecutor() throws Exception {
    Set<String> threads = ConcurrentHashMap.newKeySet();
    ExecutorService executor =
        Executors.newSingleThreadExecutor(task -> new Thread(task, "executor"));
    MessageTransformer recording = (message, peer) -> {
      threads.add(Thread.currentThread().getName());
      return message;
    };
    try (EchoServer server =
            EchoServer.builder().executor(executor).transformer(recording).start(transport.free());
        Wire peer = Wire.to(server.endpoint())) {
      peer.send("one\ntwo").halfClose();

      assertEquals("one\ntwo", peer.receiveToEnd());
      assertEquals(Set.of("executor"), threads);
    } finally {
      executor.shutdown();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PROXY TCP4 192.0.2.1 192.0.2.2 51234 7007\r\nhello\r\n",
        "PROXY TCP6 2001:db8::1 2001:db8::2 51234 7007\r\n",
        "PROXY UNKNOWN\r\n",
        "\r\n\r\n\0\r\nQUIT\n\u0021\u0011\0\f........"
      })
  void namesAHeaderOfTheProxyProtocolAndHeedsNoneOfItsLines(String header) throws Exception {
    for (Framing framing : List.of(Framing.LINES, Framing.LENGTH_PREFIXED)) {
      try (EchoServer server = EchoServer.builder()
              .framing(framing)
              .quitWhen(QuitPredicate.textEquals("QUIT"), QuitScope.SERVER)
              .listener(listener)
              .start(transport.free());
          Wire balancer = Wire.to(server.endpoint())) {
        balancer.send(header);

        assertEquals("", balancer.receiveToEnd());
        String error = listener.awaitError().getMessage();
        assertTrue(error.contains("PROXY protocol"), error);
        assertEquals(0, server.stats().messages());
      }
    }
  }

  @Test
  void answersWhatLooksLikeAHeaderOfTheProxyProtocolLater() throws Exception {
    String line = "PROXY TCP4 is a line\n";
    try (EchoServer server = EchoServer.start(transport.free());
        Wire peer = Wire.to(server.endpoint())) {
      assertEquals("PROXY\n", peer.send("PROXY\n").receiveLine());

      assertEquals(line, peer.send(line).receiveLine());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"onOpen", "onClose", "onError"})
  void closesFromWithinTheListener(String where) throws Exception {
    AtomicReference<EchoServer> server = new AtomicReference<>();
    CountDownLatch known = new CountDownLatch(1);
    EchoListener closing = new EchoListener() {
      @Override
      public void onOpen(Peer peer) {
        closeIf("onOpen");
      }

      @Override
      public void onError(Peer peer, Throwable error) {
        closeIf("onError");
      }

      @Override
      public void onClose(Peer peer, CloseReason reason) {
        closeIf("onClose");
      }

      private void closeIf(String here) {
        if (where.equals(here)) {
          try {
            assertTrue(known.await(10, TimeUnit.SECONDS));
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
          server.get().close();
        }
      }
    };
    server.set(EchoServer.builder()
        .listener(closing)
        .maxMessageSize(1)
        .closeTimeout(Duration.ofMinutes(1))
        .start(transport.free()));
    known.countDown();
    try (Wire peer = Wire.to(server.get().endpoint())) {
      peer.send("too large\n").halfClose();

      assertTrue(server.get().awaitTermination(SOON));
    }
  }
}

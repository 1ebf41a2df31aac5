package dev.echo.internal.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.EchoClient;
import dev.echo.EchoServer;
import dev.echo.Endpoint;
import dev.echo.Framing;
import dev.echo.MessageTransformer;
import dev.echo.internal.BufferLimit;
import dev.echo.testing.Certificates;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.RecordingListener;
import dev.echo.testing.Transport;
import dev.echo.testing.Until;
import dev.echo.testing.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a server holds for all of its peers together: never more than the limit, and nothing in the
 * end.
 */
@Timeout(30)
class BufferLimitTest {

  private static final int LIMIT = 100_000;
  private static final Duration SOON = Duration.ofSeconds(10);

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  private final RecordingListener listener = new RecordingListener();
  private final List<Wire> peers = new ArrayList<>();

  @Test
  void refusesWhatWouldPassTheLimitAndTakesNothingForIt() {
    BufferLimit limit = new BufferLimit(10);
    limit.reserve(7);

    assertThrows(BufferLimit.Exceeded.class, () -> limit.reserve(4));
    limit.reserve(3);

    assertEquals(10, limit.held());
  }

  @Test
  void doesNotOverflow() {
    BufferLimit limit = new BufferLimit(Long.MAX_VALUE - 1);
    limit.reserve(Long.MAX_VALUE - 1);

    assertThrows(BufferLimit.Exceeded.class, () -> limit.reserve(Long.MAX_VALUE));
  }

  @ParameterizedTest
  @EnumSource(names = {"TCP", "UNIX"})
  void closesThePeerWhoseUnfinishedLineWouldPassTheLimit(Transport transport) throws Exception {
    try (EchoServer server = builder().start(transport.free());
        Wire neighbour = Wire.to(server.endpoint())) {
      Wire first = send(server, "x".repeat(60_000));
      awaitHeld(server, 60_000);

      Wire second = send(server, "answered\n" + "y".repeat(60_000));

      assertEquals("answered\n", second.receiveLine());
      assertEquals("", second.receiveToEnd());
      assertTold(listener.awaitError());
      assertEquals(1, server.stats().dropped());
      assertEquals("hello\n", neighbour.send("hello\n").receiveLine());
      assertEquals("x".repeat(60_000) + "\n", first.send("\n").receive(60_001));
      assertHoldsNothingWithoutPeers(server);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void closesThePeersWhoseUnfinishedFramesWouldPassTheLimit(int eventLoops) throws Exception {
    byte[] frame = ByteBuffer.allocate(60_000).putInt(65_000).array();
    try (EchoServer server =
        builder().framing(Framing.LENGTH_PREFIXED).eventLoops(eventLoops).start(Endpoint.tcp(0))) {
      for (int i = 0; i < 5; i++) {
        peers.add(Wire.to(server.endpoint()).send(frame));
      }

      for (int i = 0; i < 4; i++) {
        assertTold(listener.awaitError());
        listener.awaitClose();
        assertTrue(held(server) <= LIMIT, () -> "held " + held(server));
      }
      assertEquals(1, server.stats().openConnections());
      assertHoldsNothingWithoutPeers(server);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"TCP", "UNIX"})
  void closesThePeerWhoseUnreadRepliesWouldPassTheLimit(Transport transport) throws Exception {
    try (EchoServer server = builder()
            .maxBufferedBytes(20_000_000)
            .transformer(MessageTransformer.text(text -> text.repeat(15_000_000)))
            .start(transport.free());
        Wire neighbour = Wire.to(server.endpoint())) {
      Wire stalled = send(server, "xx\n");

      assertTold(listener.awaitError());

      assertEquals("", neighbour.send("\n").receiveLine().strip());
      assertTrue(stalled.receiveToEnd().length() < 30_000_000, "all came");
      assertHoldsNothingWithoutPeers(server);
    }
  }

  @Test
  void givesTheRoomOfALargeReplyBackAtOnce() throws Exception {
    try (EchoServer server = builder()
            .maxBufferedBytes(100_000_000)
            .transformer(MessageTransformer.text(text -> text.repeat(10_000_000)))
            .start(Endpoint.tcp(0));
        Wire peer = Wire.to(server.endpoint())) {
      peer.send("x\n");

      assertEquals(10_000_001, peer.receiveBytes(10_000_001).length);

      awaitHeld(server, 0);
    }
  }

  @Test
  void givesBackWhatWaitedForASlowReaderThoughTheRestHadToWaitAgain() throws Exception {
    int lines = 30_000;
    String reply = "a" + "!".repeat(1_000) + "\n";
    try (EchoServer server = builder()
        .maxBufferedBytes(10_000_000)
        .transformer(MessageTransformer.suffix("!".repeat(1_000)))
        .start(Endpoint.tcp(0))) {
      try (Wire slow = Wire.to(server.endpoint())) {
        CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> {
          try {
            slow.send("a\n".repeat(lines));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });

        for (int i = 0; i < lines; i++) {
          assertEquals(reply, slow.receive(reply.length()));
        }

        sent.get(10, TimeUnit.SECONDS);
        awaitHeld(server, 0);
      }
    }
  }

  @Test
  void givesBackWhatAPeerLeavesThatIsResetWhileItsAnswerIsMade() throws Exception {
    BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    try (EchoServer server = builder()
        .maxBufferedBytes(10_000_000)
        .transformer(MessageTransformer.text(text -> text.repeat(1_000_000)))
        .executor(tasks::add)
        .start(Endpoint.tcp(0))) {
      Wire peer = send(server, "aaa\n" + "b".repeat(30_000));
      Runnable answer = tasks.poll(10, TimeUnit.SECONDS);
      peer.reset();

      answer.run();

      listener.awaitClose();
      awaitHeld(server, 0);
    }
  }

  /** Each message is small enough to arrive in one piece, as of others the first one waits, too. */
  @Test
  void countsWhatWaitsForTheExecutor() throws Exception {
    BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    try (EchoServer server = builder().executor(tasks::add).start(Endpoint.tcp(0))) {
      Wire first = send(server, "x".repeat(15_000) + "\n");
      Runnable answer = tasks.poll(10, TimeUnit.SECONDS);
      Wire second = send(server, "y".repeat(30_000) + "\n");
      Runnable other = tasks.poll(10, TimeUnit.SECONDS);
      send(server, "w".repeat(30_000) + "\n");
      Runnable last = tasks.poll(10, TimeUnit.SECONDS);
      send(server, "z".repeat(30_000) + "\n");
      assertTold(listener.awaitError());

      answer.run(); // which needs as much again for the reply
      assertEquals("x".repeat(15_000) + "\n", first.receive(15_001));
      awaitHeld(server, 60_002);
      other.run();
      last.run();

      assertEquals("y".repeat(30_000) + "\n", second.receive(30_001));
      assertHoldsNothingWithoutPeers(server);
    }
  }

  @Test
  void givesTheRoomBackOfAPeerWhoseMessageWaitsForTheExecutorAsItEnds() throws Exception {
    BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    EchoServer server = builder().executor(tasks::add).start(Endpoint.tcp(0));
    try (Wire peer = Wire.to(server.endpoint())) {
      peer.send("x\n" + "y".repeat(1_000));
      Runnable answer = tasks.poll(10, TimeUnit.SECONDS);
      server.shutdownNow();

      listener.awaitClose();
      answer.run();

      assertTrue(server.awaitTermination(Duration.ofSeconds(10)));
    }
  }

  @ParameterizedTest
  @EnumSource
  void countsOnceWhatAnExecutorRunsTwiceOrRefusesTooLate(Transport transport) throws Exception {
    List<Executor> odd = List.of(
        task -> {
          task.run();
          task.run();
        },
        task -> {
          task.run();
          throw new IllegalStateException("too late");
        });
    for (Executor executor : odd) {
      try (EchoServer server = builder().executor(executor).start(transport.free());
          EchoClient client = EchoClient.connect(server.endpoint())) {
        for (int i = 0; i < 10; i++) {
          assertEquals("hello", client.send("hello").message().text());
        }
        awaitHeld(server, 0);
      }
    }
  }

  @Test
  void dropsTheDatagramThatWouldPassTheLimitOnTheExecutor() throws Exception {
    BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    try (EchoServer server = builder().executor(tasks::add).start(Endpoint.udp(0));
        DatagramChannel peer = DatagramChannel.open()) {
      peer.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      for (int i = 0; i < 3; i++) {
        peer.send(ByteBuffer.wrap(("" + i).repeat(40_000).getBytes(UTF_8)), address(server));
      }

      assertTold(listener.awaitError());

      assertEquals(1, server.stats().dropped());
      for (int i = 0; i < 2; i++) {
        tasks.poll(10, TimeUnit.SECONDS).run();
      }
      awaitHeld(server, 0);
      server.shutdown();
      assertTrue(server.awaitTermination(SOON)); // what was dropped is not waited for
    }
  }

  @Test
  void givesTheRoomOfADatagramBackThatTheExecutorRefuses() throws Exception {
    Executor refusing = task -> {
      throw new RejectedExecutionException();
    };
    try (EchoServer server = builder().executor(refusing).start(Endpoint.udp(0));
        DatagramChannel peer = DatagramChannel.open()) {
      peer.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      peer.send(ByteBuffer.allocate(1_000), address(server));

      assertInstanceOf(RejectedExecutionException.class, listener.awaitError());

      assertEquals(0, held(server)); // released first, told afterwards
    }
    assertEquals(1, noLeaks.takeWarnings().size());
  }

  @Test
  void dropsTheDatagramWhoseReplyWouldPassTheLimit() throws Exception {
    try (EchoServer server = builder()
            .maxBufferedBytes(1_000_000)
            .transformer(MessageTransformer.text(text -> text.repeat(2_000_000)))
            .start(Endpoint.udp(0));
        DatagramChannel peer = DatagramChannel.open()) {
      peer.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      peer.send(ByteBuffer.wrap(new byte[] {'x'}), address(server));

      assertTold(listener.awaitError());

      assertEquals(0, held(server));
      peer.send(ByteBuffer.allocate(0), address(server));
      peer.receive(ByteBuffer.allocate(1)); // served as before
    }
  }

  @Test
  void countsTheStateOfTlsAndRefusesHandshakesAboveTheLimit() throws Exception {
    SSLContext context = Certificates.of("server");
    try (EchoServer server = builder().sslContext(context).start(Endpoint.tcp(0))) {
      List<SocketChannel> silent = new ArrayList<>();
      for (int i = 0; i < 3; i++) { // for two there is room
        silent.add(SocketChannel.open(server.endpoint().address()));
      }
      assertTold(listener.awaitError());
      silent.get(0).close();
      awaitHeld(server, 36_000);

      try (EchoClient client =
          EchoClient.builder().sslContext(Certificates.none()).connect(server.endpoint())) {
        client.send("hello");

        assertEquals(36_000 + 12_000, held(server));
      }
      for (SocketChannel channel : silent) {
        channel.close();
      }
      awaitHeld(server, 0);
    }
  }

  @Test
  void countsTheRecordsThatASecurePeerDoesNotTake() throws Exception {
    try (EchoServer server = builder()
        .maxBufferedBytes(40_000_000)
        .transformer(MessageTransformer.text(text -> text.repeat(8_000_000)))
        .sslContext(Certificates.of("server"))
        .start(Endpoint.tcp(0))) {
      try (Wire stalled = Wire.securedTo(server.endpoint())) {
        stalled.send("x\n");
        assertEquals("x", stalled.receive(1));
        assertTrue(held(server) > 2_000_000, () -> "held " + held(server));

        assertEquals(8_000_000, stalled.receiveBytes(8_000_000).length); // with the line feed
        awaitHeld(server, 12_000);
      }
      listener.awaitClose();
      awaitHeld(server, 0);
    }
  }

  private EchoServer.Builder builder() {
    return EchoServer.builder().maxBufferedBytes(LIMIT).listener(listener);
  }

  private Wire send(EchoServer server, String text) throws IOException {
    Wire peer = Wire.to(server.endpoint()).send(text);
    peers.add(peer);
    return peer;
  }

  private static InetSocketAddress address(EchoServer server) {
    return (InetSocketAddress) server.endpoint().address();
  }

  private static long held(EchoServer server) {
    return ((AbstractServer) server).buffers.held();
  }

  private static void awaitHeld(EchoServer server, long expected) {
    Until.holds(() -> held(server) == expected);
  }

  private static void assertTold(Throwable error) {
    assertInstanceOf(IOException.class, error);
    assertTrue(error.getMessage().endsWith("(maxBufferedBytes)"), error::toString);
  }

  private void assertHoldsNothingWithoutPeers(EchoServer server) throws IOException {
    for (Wire peer : peers) {
      peer.close();
    }
    awaitHeld(server, 0);
  }
}

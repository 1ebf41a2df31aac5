package dev.echo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server does on the wire of a stream. */
@ParameterizedClass
@EnumSource(names = {"TCP", "UNIX"})
@Timeout(30)
class StreamServerTest {

  private static final Duration SOON = Duration.ofSeconds(10);
  private static final QuitPredicate QUIT = QuitPredicate.textEquals("quit");

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @Parameter
  Transport transport;

  private final RecordingListener listener = new RecordingListener();

  @Test
  void endsEachReplyTheWayItsRequestEnded() throws Exception {
    try (EchoServer server = EchoServer.start(transport.free());
        Wire peer = Wire.to(server.endpoint())) {
      peer.send("a\nb\r\n\n\r\nc\rd\nlast").halfClose();

      assertEquals("a\nb\r\n\n\r\nc\rd\nlast", peer.receiveToEnd());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void answersEverythingAfterAHalfClose(boolean listening) throws Exception {
    EchoServer.Builder builder = EchoServer.builder().transformer(MessageTransformer.upperCase());
    if (listening) {
      builder.listener(listener);
    }
    String lines = "hello\nwörld\n".repeat(20_000);
    try (EchoServer server = builder.start(transport.free());
        Wire peer = Wire.to(server.endpoint())) {
      CompletableFuture<String> received = receiving(peer);
      peer.send(lines).send("unterminated").halfClose();

      assertEquals(
          "HELLO\nWÖRLD\n".repeat(20_000) + "UNTERMINATED", received.get(20, TimeUnit.SECONDS));
    }
  }

  private static CompletableFuture<String> receiving(Wire peer) {
    return CompletableFuture.supplyAsync(() -> {
      try {
        return peer.receiveToEnd();
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    });
  }

  @ParameterizedTest
  @EnumSource(Framing.class)
  void answersHoweverTheBytesAreCut(Framing framing) throws Exception {
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      byte[] stream = stream(framing, random);
      try (EchoServer server = EchoServer.builder().framing(framing).start(transport.free());
          Wire peer = Wire.to(server.endpoint())) {
        for (int from = 0; from < stream.length; ) {
          int to = Math.min(stream.length, from + 1 + random.nextInt(50));
          peer.send(java.util.Arrays.copyOfRange(stream, from, to));
          from = to;
        }
        peer.halfClose();

        assertArrayEquals(stream, peer.receiveBytesToEnd(), "seed " + seed);
      }
    }
  }

  private static byte[] stream(Framing framing, Random random) {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    for (int i = 0; i < 50; i++) {
      byte[] message = "é".repeat(random.nextInt(40)).getBytes(UTF_8);
      if (framing == Framing.LENGTH_PREFIXED) {
        stream.writeBytes(ByteBuffer.allocate(4).putInt(message.length).array());
      }
      stream.writeBytes(message);
      if (framing == Framing.LINES) {
        stream.writeBytes((random.nextBoolean() ? "\n" : "\r\n").getBytes(UTF_8));
      }
    }
    return stream.toByteArray();
  }

  @Test
  void reportsAStreamThatEndsInsideAFrame() throws Exception {
    try (EchoServer server = EchoServer.builder()
            .framing(Framing.LENGTH_PREFIXED)
            .listener(listener)
            .start(transport.free());
        Wire peer = Wire.to(server.endpoint())) {
      peer.send(new byte[] {0, 0, 0, 1, 'a', 0, 0, 0, 2, 'b'}).halfClose();

      assertArrayEquals(new byte[] {0, 0, 0, 1, 'a'}, peer.receiveBytesToEnd());
      Throwable error = listener.awaitError();
      assertInstanceOf(EOFException.class, error);
      assertTrue(error.getMessage().endsWith(" ended inside a frame"), error.getMessage());
    }
  }

  @Test
  void acknowledgesQuitEndsTheConnectionAndIgnoresTheRest() throws Exception {
    try (EchoServer server =
            EchoServer.builder().quitWhen(QUIT).listener(listener).start(transport.free());
        Wire peer = Wire.to(server.endpoint());
        Wire neighbour = Wire.to(server.endpoint())) {
      peer.send("a\nquit\nb\n");

      assertEquals("a\nquit\n", peer.receiveToEnd());
      assertEquals("x\n", neighbour.send("x\n").receiveLine());
      assertEquals(3, server.stats().messages());
    }
  }

  @Test
  void deliversTheQuitReplyAlthoughThePeerKeepsSending() throws Exception {
    try (EchoServer server = EchoServer.builder().quitWhen(QUIT).start(transport.free());
        Wire peer = Wire.to(server.endpoint())) {
      peer.send("quit\n" + "more\n".repeat(50_000)).halfClose();

      assertEquals("quit\n", peer.receiveToEnd());
    }
  }

  @Test
  void closesConnectionWhenLineExceedsLimitAfterTheRepliesBefore() throws Exception {
    try (EchoServer server =
            EchoServer.builder().maxMessageSize(10).listener(listener).start(transport.free());
        Wire peer = Wire.to(server.endpoint())) {
      peer.send("0123456789\n0123456789\r\n01234567890\nnever\n").halfClose();

      assertEquals("0123456789\n0123456789\r\n", peer.receiveToEnd());
      assertInstanceOf(MessageTooLargeException.class, listener.awaitError());
      assertEquals(1, server.stats().dropped());
    }
  }

  @Test
  void closesConnectionOfALineWithoutEnd() throws Exception {
    try (EchoServer server =
            EchoServer.builder().maxMessageSize(1_000).listener(listener).start(transport.free());
        Wire peer = Wire.to(server.endpoint())) {
      peer.send("first\n");
      peer.send("x".repeat(1_001));

      assertEquals("first\n", peer.receiveToEnd());
      Throwable error = listener.awaitError();
      assertInstanceOf(MessageTooLargeException.class, error);
      assertTrue(error.getMessage().contains("1001"), error.getMessage());
    }
  }

  @Test
  void refusesALengthBeforeItsBytesCome() throws Exception {
    try (EchoServer server = EchoServer.builder()
            .framing(Framing.LENGTH_PREFIXED)
            .listener(listener)
            .start(transport.free());
        Wire peer = Wire.to(server.endpoint())) {
      peer.send(new byte[] {-1, -1, -1, -1});

      assertEquals("", peer.receiveToEnd());
      MessageTooLargeException error =
          assertInstanceOf(MessageTooLargeException.class, listener.awaitError());
      assertEquals(0xFFFFFFFFL, error.size());
    }
  }

  @Test
  void writesTheRepliesBeforeTheMessageThatFails() throws Exception {
    MessageTransformer failing = MessageTransformer.text(text -> {
      if (text.equals("fail")) {
        throw new IllegalStateException("no");
      }
      return text;
    });
    try (EchoServer server =
            EchoServer.builder().transformer(failing).listener(listener).start(transport.free());
        Wire peer = Wire.to(server.endpoint())) {
      peer.send("a\nb\nfail\nc\n").halfClose();

      assertEquals("a\nb\n", peer.receiveToEnd());
      assertEquals("no", listener.awaitError().getMessage());
    }
    noLeaks.takeWarnings();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void takesALineFeedInAReplyForAFailure(boolean builtIn) throws Exception {
    MessageTransformer forging =
        builtIn ? MessageTransformer.suffix("\nforged") : (m, s) -> Message.of("a\nforged");
    try (EchoServer server = EchoServer.builder().transformer(forging).start(transport.free());
        Wire peer = Wire.to(server.endpoint())) {
      peer.send("x\n").halfClose();

      assertEquals("", peer.receiveToEnd());
      assertEquals(1, server.stats().errors());
    }
    noLeaks.takeWarnings();
  }

  @Test
  void allowsALineFeedInAReplyWithALength() throws Exception {
    try (EchoServer server = EchoServer.builder()
            .framing(Framing.LENGTH_PREFIXED)
            .transformer(MessageTransformer.suffix("\n"))
            .start(transport.free());
        Wire peer = Wire.to(server.endpoint())) {
      peer.send(new byte[] {0, 0, 0, 1, 'a'}).halfClose();

      assertArrayEquals(new byte[] {0, 0, 0, 2, 'a', '\n'}, peer.receiveBytesToEnd());
    }
  }

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

  @Test
  void stopsAcceptingAtTheLimitUntilOneCloses() throws Exception {
    try (EchoServer server =
            EchoServer.builder().maxConnections(2).listener(listener).start(transport.free());
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
  void spreadsConnectionsOverLoopsThatStartWhenNeeded() throws Exception {
    List<Wire> peers = new ArrayList<>();
    try (EchoServer server =
        EchoServer.builder().eventLoops(3).listener(listener).start(transport.free())) {
      assertEquals(1, NoLeaks.ownThreads().size());
      for (int i = 1; i <= 6; i++) {
        Wire peer = Wire.to(server.endpoint());
        peers.add(peer);
        assertEquals("x\n", peer.send("x\n").receiveLine());
        assertEquals(Math.min(i, 3), NoLeaks.ownThreads().size());
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

  @Test
  void closesConnectionsWhenForcedToEnd() throws Exception {
    EchoServer server =
        EchoServer.builder().eventLoops(2).listener(listener).start(transport.free());
    try (Wire first = Wire.to(server.endpoint());
        Wire second = Wire.to(server.endpoint())) {
      first.send("1\n").receiveLine();
      second.send("2\n").receiveLine();

      server.shutdownNow();

      assertTrue(server.awaitTermination(SOON));
      assertEquals("", first.receiveToEnd());
      assertEquals("", second.receiveToEnd());
      assertEquals(2, listener.events.stream().filter("close"::equals).count());
      assertEquals("termination", listener.events.get(listener.events.size() - 1));
    }
  }

  @Test
  void answersWhatArrivedBeforeShutdown() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    MessageTransformer waiting = (message, sender) -> {
      entered.countDown();
      try {
        assertTrue(release.await(10, TimeUnit.SECONDS));
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      return message;
    };
    EchoServer server = EchoServer.builder().transformer(waiting).start(transport.free());
    try (Wire busy = Wire.to(server.endpoint());
        Wire other = Wire.to(server.endpoint())) {
      busy.send("1\n2\n");
      assertTrue(entered.await(10, TimeUnit.SECONDS));
      busy.send("3\npart");
      other.send("4\n");
      server.shutdown();
      release.countDown();

      assertEquals("1\n2\n3\n", busy.receiveToEnd());
      // It may not have been accepted: then it is reset or ended without a reply.
      assertTrue(List.of("4\n", "").contains(receiveOrReset(other)));
    }
    assertTrue(server.awaitTermination(SOON));
  }

  private static String receiveOrReset(Wire peer) {
    try {
      return peer.receiveToEnd();
    } catch (IOException e) {
      return "";
    }
  }

  @Test
  void closesConnectionsThatAreIdleOrSlow() throws Exception {
    AtomicLong nanos = new AtomicLong();
    try (EchoServer server = EchoServer.builder()
            .nanoClock(nanos::get)
            .idleTimeout(Duration.ofMinutes(1))
            .listener(listener)
            .start(transport.free());
        Wire silent = Wire.to(server.endpoint());
        Wire slow = Wire.to(server.endpoint());
        Wire active = Wire.to(server.endpoint())) {
      silent.send("s\n").receiveLine();
      slow.send("t\n").receiveLine();
      active.send("u\n").receiveLine();

      nanos.addAndGet(Duration.ofSeconds(59).toNanos());
      slow.send("p");
      assertEquals("v\n", active.send("v\n").receiveLine());
      assertEquals(3, server.stats().openConnections());
      nanos.addAndGet(Duration.ofSeconds(1).toNanos());
      assertEquals("w\n", active.send("w\n").receiveLine());

      assertEquals("", silent.receiveToEnd());
      assertEquals("", slow.receiveToEnd());
      assertInstanceOf(EchoTimeoutException.class, listener.awaitError());
      assertTrue(listener.awaitError().getMessage().endsWith(" for 60 s"));
      listener.awaitClose();
      listener.awaitClose();
      assertEquals("x\n", active.send("x\n").receiveLine());
    }
  }

  @Test
  void closesAConnectionThatTakesNoReplies() throws Exception {
    AtomicLong nanos = new AtomicLong();
    try (EchoServer server = EchoServer.builder()
            .nanoClock(nanos::get)
            .idleTimeout(Duration.ofMinutes(1))
            .transformer(MessageTransformer.text(text -> text.repeat(10_000_000)))
            .listener(listener)
            .start(transport.free());
        Wire stalled = Wire.to(server.endpoint())) {
      stalled.send("x\n");
      assertEquals("x", stalled.receive(1));
      nanos.addAndGet(Duration.ofMinutes(1).toNanos());
      try (Wire other = Wire.to(server.endpoint())) {
        other.halfClose();

        Throwable error = listener.awaitError();
        assertInstanceOf(EchoTimeoutException.class, error);
        assertTrue(error.getMessage().startsWith("No reply taken by "), error.getMessage());
        assertEquals("", other.receiveToEnd());
      }
    }
  }

  @Test
  void answersLargeMessagesWithLargerReplies() throws Exception {
    String line = "0123456789abcdef".repeat(250_000);
    try (EchoServer server = EchoServer.builder()
            .maxMessageSize(5_000_000)
            .transformer(MessageTransformer.text(text -> text + text))
            .start(transport.free());
        Wire peer = Wire.to(server.endpoint())) {
      CompletableFuture<String> received = receiving(peer);
      peer.send(line).send("\nsmall\n").halfClose();

      assertEquals(line + line + "\nsmallsmall\n", received.get(20, TimeUnit.SECONDS));
    }
  }

  @Test
  void deletesOnlyItsOwnSocketFile() throws Exception {
    Path path = Transport.freePath();
    EchoServer server = EchoServer.start(Endpoint.unix(path));
    Files.delete(path);
    try (EchoServer heir = EchoServer.start(Endpoint.unix(path))) {
      server.close();

      assertTrue(Files.exists(path));
      try (Wire peer = Wire.to(heir.endpoint())) {
        assertEquals("x\n", peer.send("x\n").receiveLine());
      }
    }
    assertFalse(Files.exists(path));
  }
}

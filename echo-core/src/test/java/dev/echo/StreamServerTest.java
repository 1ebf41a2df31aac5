package dev.echo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.echo.testing.Gate;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.RecordingListener;
import dev.echo.testing.Transport;
import dev.echo.testing.Wire;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
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

  private static final QuitPredicate QUIT = QuitPredicate.textEquals("quit");

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @Parameter
  Transport transport;

  private final RecordingListener listener = new RecordingListener();

  @Test
  void tellsPeersOfDifferentHostsApart() throws Exception {
    assumeTrue(transport == Transport.TCP, "the others have no hosts");
    try (EchoServer server = EchoServer.builder().listener(listener).start(transport.free())) {
      for (int i : new int[] {2, 2, 3, 2}) {
        try (SocketChannel peer = SocketChannel.open()) {
          peer.bind(new InetSocketAddress("127.0.0." + i, 0));
          peer.connect(server.endpoint().address());

          assertEquals("127.0.0." + i, ((Endpoint.Inet) listener.awaitOpen().endpoint()).host());
        }
      }
    }
  }

  @Test
  void servesNewcomersAndThoseWhoLeaveAmongManyThatAreBusy() throws Exception {
    List<Wire> peers = new ArrayList<>();
    try (EchoServer server = EchoServer.builder().listener(listener).start(transport.free())) {
      for (int round = 0; round < 100; round++) {
        if (round % 25 == 0) {
          for (int i = 0; i < 16; i++) {
            peers.add(Wire.to(server.endpoint()));
          }
        }
        for (int i = 0; i < peers.size(); i++) {
          peers.get(i).send(round + "-" + i + "\n" + "more\n".repeat(i % 3));
        }
        for (int i = 0; i < peers.size(); i++) {
          String expected = round + "-" + i + "\n" + "more\n".repeat(i % 3);
          assertEquals(expected, peers.get(i).receive(expected.length()));
        }
        if (round % 10 == 9) {
          peers.remove(peers.size() - 1).close();
          listener.awaitClose();
        }
      }
      assertEquals(peers.size(), server.stats().openConnections());
      assertEquals(List.of(), listener.allErrors);
    } finally {
      for (Wire peer : peers) {
        peer.close();
      }
    }
  }

  @Test
  void asksManyThatAreBusyAgainBeforeItLooksForOthers() throws Exception {
    assumeTrue(transport == Transport.UNIX, "what is written there has arrived");
    List<Wire> busy = new ArrayList<>();
    List<String> order = new CopyOnWriteArrayList<>();
    Gate gate = new Gate();
    CompletableFuture<Wire> newcomer = new CompletableFuture<>();
    UnaryOperator<String> sendMore = text -> {
      order.add(text);
      try {
        if (text.equals("hold")) {
          gate.enter();
        } else if (!text.equals("new") && order.size() < 80) {
          busy.get(Integer.parseInt(text)).send(text + "\n");
          newcomer.join().send(order.size() == 2 ? "new\n" : "");
        }
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
      return text;
    };
    try (EchoServer server = EchoServer.builder()
            .transformer(MessageTransformer.text(sendMore))
            .start(transport.free());
        Wire holder = Wire.to(server.endpoint());
        Wire other = Wire.to(server.endpoint())) {
      newcomer.complete(other);
      holder.send("hold\n");
      gate.awaitEntered();
      for (int i = 0; i < 8; i++) {
        busy.add(Wire.to(server.endpoint()).send(i + "\n"));
      }
      gate.open();

      assertEquals("new\n", other.receiveLine());
    } finally {
      for (Wire peer : busy) {
        peer.close();
      }
    }
    assertTrue(order.indexOf("new") > 3 * busy.size(), order::toString);
  }

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
}

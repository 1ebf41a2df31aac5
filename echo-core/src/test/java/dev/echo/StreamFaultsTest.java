package dev.echo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.testing.Wire;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each fault that changes replies or holds them back, as a plain socket sees it. */
class StreamFaultsTest extends FaultyStreamTest {

  @Test
  void none() throws Exception {
    try (EchoServer server = start(Fault.none());
        Wire peer = kind.connect(server)) {
      assertEquals("1\n2\n", peer.send("1\n2\n").receive(4));
      assertFaults(server);
    }
  }

  @Test
  void drop() throws Exception {
    try (EchoServer server = start(Fault.drop());
        Wire peer = kind.connect(server)) {
      assertEquals("2\n", peer.send("1\n2\n").receiveLine());
      assertFaults(server, "1 drop");
      assertEquals(2, server.stats().messages());
      assertEquals(0, server.stats().dropped());
      assertEquals(List.of(), listener.allErrors);
    }
  }

  @Test
  void delay() throws Exception {
    try (EchoServer server = startForFirstPeer(Fault.delay(SECOND));
        Wire peer = kind.connect(server)) {
      peer.send("1\n2\n");
      assertServesOthers(server);
      assertSilent(peer);

      nanos.addAndGet(SECOND.toNanos() - 1);
      assertServesOthers(server);
      assertSilent(peer);
      nanos.addAndGet(1);

      assertEquals("1\n2\n", peer.receive(4));
      assertFaults(server, "1 delay=1s");
    }
  }

  @Test
  void sendsWhatComesBeforeADelayedReplyAtOnce() throws Exception {
    try (EchoServer server = startForFirstPeer(Fault.none(), Fault.delay(SECOND));
        Wire peer = kind.connect(server)) {
      assertEquals("1\n", peer.send("1\n2\n3\n").receiveLine());
      assertServesOthers(server); // so that the delay has begun

      passTime(server, SECOND);

      assertEquals("2\n3\n", peer.receive(4));
    }
  }

  @Test
  void duplicate() throws Exception {
    try (EchoServer server = start(Fault.duplicate(2));
        Wire peer = kind.connect(server)) {
      assertEquals("1\n1\n1\n2\n", peer.send("1\n2\n").receive(8));
      assertFaults(server, "1 duplicate=2");
    }
  }

  @Test
  void corrupt() throws Exception {
    try (EchoServer server = start(Fault.corrupt(1), Fault.corrupt(7));
        Wire peer = kind.connect(server)) {
      byte[] received = peer.send("hello, world\nhello, world\n").receiveBytes(26);

      assertEquals(1, flippedBits(received, 0));
      assertEquals(7, flippedBits(received, 13));
      assertFaults(server, "1 corrupt=1", "2 corrupt=7");
    }
  }

  private static int flippedBits(byte[] received, int from) {
    byte[] sent = "hello, world\n".getBytes(UTF_8);
    assertEquals(sent[12], received[from + 12]);
    return IntStream.range(0, sent.length)
        .map(i -> Integer.bitCount((received[from + i] ^ sent[i]) & 0xff))
        .sum();
  }

  @Test
  void corruptsEveryBitButThoseThatWouldEndTheLine() throws Exception {
    try (EchoServer server = start(FaultPlan.every(1, Fault.corrupt(65_536)));
        Wire peer = kind.connect(server)) {
      byte[] sent = {'K' ^ 0x40, 0, 0x0b, 'z', '\n', '\n'};

      byte[] received = peer.send(sent).receiveBytes(sent.length);

      assertEquals(
          2,
          IntStream.range(0, received.length).filter(i -> received[i] == '\n').count());
      assertEquals((byte) ~'z', received[3]);
      assertEquals((byte) ~0, received[1]);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "duplicate=1+corrupt=7",
        "corrupt=7+duplicate=1",
        "duplicate=1+truncate=4",
        "truncate=4+duplicate=1"
      })
  void keepsEachCopyWholeInWhateverOrder(String fault) throws Exception {
    try (EchoServer server = start(Fault.parse(fault));
        Wire peer = kind.connect(server)) {
      peer.send("hello, world\nnext\n");

      int size = fault.contains("truncate") ? 5 : 13;
      byte[] first = peer.receiveBytes(size);
      assertEquals('\n', first[size - 1]);
      assertArrayEquals(first, peer.receiveBytes(size));
      assertEquals("next\n", peer.receiveLine());
    }
  }

  @Test
  void truncate() throws Exception {
    try (EchoServer server = start(Fault.truncate(3), Fault.truncate(0), Fault.truncate(9));
        Wire peer = kind.connect(server)) {
      assertEquals("hel\r\n\nhello\n", peer.send("hello\r\nhello\nhello\n").receive(12));
      assertFaults(server, "1 truncate=3", "2 truncate=0", "3 truncate=9");
    }
  }

  @Test
  void keepsLengthsRight() throws Exception {
    builder.framing(Framing.LENGTH_PREFIXED);
    try (EchoServer server =
            start(Fault.truncate(1), Fault.duplicate(1), Fault.corrupt(3), Fault.drop());
        Wire peer = kind.connect(server)) {
      byte[] ab = {0, 0, 0, 2, 'a', 'b'};
      for (int i = 0; i < 5; i++) {
        peer.send(ab);
      }

      assertArrayEquals(new byte[] {0, 0, 0, 1, 'a'}, peer.receiveBytes(5));
      assertArrayEquals(ab, peer.receiveBytes(6));
      assertArrayEquals(ab, peer.receiveBytes(6));
      ByteBuffer corrupted = ByteBuffer.wrap(peer.receiveBytes(6));
      assertEquals(2, corrupted.getInt());
      assertNotEquals((short) ('a' << 8 | 'b'), corrupted.getShort());
      assertArrayEquals(ab, peer.receiveBytes(6));
    }
  }

  @Test
  void changesWhatArrivesUnderRaw() throws Exception {
    builder.framing(Framing.RAW);
    try (EchoServer server = start(Fault.truncate(1).then(Fault.duplicate(2)));
        Wire peer = kind.connect(server)) {
      assertEquals("hhh", peer.send("hello").receive(3));
      assertEquals("world", peer.send("world").receive(5));
    }
  }

  @Test
  void reorderIsRefused() throws Exception {
    try (EchoServer server = start(Fault.none(), Fault.reorder(1));
        Wire peer = kind.connect(server)) {
      peer.send("1\n2\n3\n");

      assertEquals("1\n", peer.receiveToEnd());
      peer.channel.close();
      assertEquals(CloseReason.FAILED, listener.awaitClose());
      assertEquals(1, noLeaks.takeWarnings().size());
      String message = assertInstanceOf(IllegalArgumentException.class, listener.awaitError())
          .getMessage();
      assertTrue(message.contains("reorder=1"), message);
      assertFaults(server);
      assertEquals(1, server.stats().dropped());
    }
  }

  @Test
  void slow() throws Exception {
    try (EchoServer server = startForFirstPeer(Fault.slow(2, SECOND));
        Wire peer = kind.connect(server)) {
      peer.send("12345\n6\n");

      for (String piece : List.of("12", "34")) {
        assertEquals(piece, peer.receive(2));
        assertServesOthers(server); // so that the pause has begun
        assertSilent(peer);
        passTime(server, SECOND);
      }
      assertEquals("5\n6\n", peer.receive(4));
      assertFaults(server, "1 slow=2/1s");
    }
  }
}

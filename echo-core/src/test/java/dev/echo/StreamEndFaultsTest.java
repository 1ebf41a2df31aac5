package dev.echo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.echo.testing.StreamKind;
import dev.echo.testing.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each fault after which a connection has no more replies, as a plain socket sees it. */
class StreamEndFaultsTest extends FaultyStreamTest {

  /** Among those of other connections. */
  private void awaitClose(CloseReason reason) throws InterruptedException {
    while (listener.awaitClose() != reason) {
      // Another one's.
    }
  }

  @Test
  void cutsAFrameWithinItsLength() throws Exception {
    builder.framing(Framing.LENGTH_PREFIXED);
    try (EchoServer server = start(Fault.close().afterBytes(3));
        Wire peer = kind.connect(server)) {
      peer.send(new byte[] {0, 0, 0, 2, 'a', 'b'});

      assertArrayEquals(new byte[] {0, 0, 0}, peer.receiveBytesToEnd());
    }
  }

  @Test
  void close() throws Exception {
    try (EchoServer server = start(Fault.none(), Fault.close());
        Wire peer = kind.connect(server)) {
      peer.send("1\n2\n3\n");

      assertEquals("1\n", peer.receiveToEnd());
      peer.channel.close();
      assertEquals(CloseReason.FAULT, listener.awaitClose());
      assertFaults(server, "2 close");
      assertEquals(2, server.stats().messages());
      assertEquals(List.of(), listener.allErrors);
    }
  }

  @Test
  void closeWithinAReply() throws Exception {
    try (EchoServer server = start(Fault.close().afterBytes(3));
        Wire peer = kind.connect(server)) {
      assertEquals("hel", peer.send("hello\nhello\n").receiveToEnd());
    }
  }

  @Test
  void closeAfterAReply() throws Exception {
    try (EchoServer server = start(Fault.close().afterBytes(Integer.MAX_VALUE));
        Wire peer = kind.connect(server)) {
      assertEquals("hello\n", peer.send("hello\nhello\n").receiveToEnd());
    }
  }

  @Test
  void closeAfterADelay() throws Exception {
    FaultPlan first = FaultPlan.perPeer(FaultPlan.script(Fault.delay(SECOND).then(Fault.close())));
    try (EchoServer server = start(first);
        Wire peer = kind.connect(server)) {
      peer.send("1\n");
      assertServesOthers(server);
      assertSilent(peer);

      passTime(server, SECOND);

      assertEquals("", peer.receiveToEnd());
    }
  }

  @Test
  void halfClose() throws Exception {
    assumeTrue(kind != StreamKind.TLS, "where the JDK's client answers close_notify by its own");
    try (EchoServer server = startForFirstPeer(Fault.halfClose());
        Wire peer = kind.connect(server)) {
      assertEquals("1\n", peer.send("1\n2\n").receiveToEnd());

      nanos.addAndGet(Duration.ofMinutes(4).toNanos());
      peer.send("3\n");
      assertServesOthers(server);
      nanos.addAndGet(Duration.ofMinutes(4).toNanos());
      peer.send("4\n");
      assertServesOthers(server);
      assertTrue(server.stats().openConnections() >= 1);
      peer.channel.close();

      awaitClose(CloseReason.FAULT);
      assertFaults(server, "1 half-close");
    }
  }

  @Test
  void reset() throws Exception {
    try (EchoServer server = start(Fault.none(), Fault.reset());
        Wire peer = kind.connect(server)) {
      assertEquals("1\n", peer.send("1\n").receiveLine());
      peer.send("2\n");

      if (kind == StreamKind.UNIX) {
        assertEquals("", peer.receiveToEnd());
        peer.channel.close();
      } else {
        assertThrows(IOException.class, peer::receiveToEnd);
      }
      assertEquals(CloseReason.FAULT, listener.awaitClose());
      assertEquals(List.of(), listener.allErrors);
      assertFaults(server, "2 reset");
    }
  }

  @Test
  void resetWithinAReply() throws Exception {
    assumeTrue(kind != StreamKind.UNIX, "which has no resets");
    try (EchoServer server = start(Fault.reset().afterBytes(3));
        Wire peer = kind.connect(server)) {
      assertEquals("hel", peer.send("hello\n").receive(3));

      assertThrows(IOException.class, peer::receiveToEnd);
    }
  }

  @Test
  void stall() throws Exception {
    try (EchoServer server = startForFirstPeer(Fault.stall().afterBytes(2));
        Wire peer = kind.connect(server)) {
      assertEquals("he", peer.send("hello\nhello\n").receive(2));
      assertServesOthers(server);
      assertSilent(peer);

      nanos.addAndGet(Duration.ofMinutes(5).toNanos());

      assertServesOthers(server); // the loops look at their deadlines
      awaitClose(CloseReason.FAULT);
      assertFaults(server, "1 stall@2");
    }
  }
}

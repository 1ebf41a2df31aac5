package dev.echo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.testing.NoLeaks;
import dev.echo.testing.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Peers that make a server hold more than it has memory for. */
@ParameterizedClass
@EnumSource(names = {"LINES", "LENGTH_PREFIXED"})
@Timeout(60)
class OutOfMemoryFaultTest {

  private static final int MAX_MESSAGE_SIZE = 1 << 20;
  private static final int PEERS = 64;

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @RegisterExtension
  final NoLeftovers noLeftovers = new NoLeftovers();

  @Parameter
  Framing framing;

  @Test
  void closesOnlyTheConnectionsThatThereIsNoMemoryFor() throws Exception {
    try (ServerProcess server = ServerProcess.start(
        List.of("-Xmx16m"),
        "tcp://127.0.0.1:0",
        "maxMessageSize=" + MAX_MESSAGE_SIZE,
        "maxBufferedBytes=" + Long.MAX_VALUE,
        "framing=" + framing)) {
      assertServed(server);
      server.heap();
      long heap = server.heap();

      try (Peers hostile = new Peers(server.endpoint)) {
        sendBeginnings(hostile);
      }

      server.awaitStats(stats -> stats.open() == 0);
      ServerProcess.Stats stats = server.stats();
      assertTrue(stats.outOfMemory() > 0 && stats.outOfMemory() < PEERS, stats::toString);
      for (int i = 0; i < 10; i++) {
        assertServed(server);
      }
      server.awaitStats(later -> later.open() == 0);
      long after = server.heap();
      assertTrue(after < heap + 1_000_000, heap + " bytes before the peers, after them " + after);
      assertEquals("", server.child.errorOutput());
    }
  }

  private void assertServed(ServerProcess server) throws Exception {
    try (EchoClient client = EchoClient.builder().framing(framing).connect(server.endpoint)) {
      assertEquals("hello", client.send("hello").message().text());
    }
  }

  /** All of them send almost a message, in turn, until the server has closed one. */
  private void sendBeginnings(Peers peers) throws IOException {
    ByteBuffer[] unsent = new ByteBuffer[PEERS];
    for (int i = 0; i < PEERS; i++) {
      peers.connect().channel.configureBlocking(false);
      unsent[i] = ByteBuffer.wrap(beginning());
    }
    boolean allOpen = true;
    while (allOpen) {
      for (int i = 0; i < PEERS; i++) {
        allOpen &= send(peers.all.get(i), unsent[i]);
      }
    }
  }

  /** Returns whether the connection is open. */
  private static boolean send(Wire peer, ByteBuffer unsent) {
    try {
      peer.channel.write(unsent);
      return peer.channel.read(ByteBuffer.allocate(1)) == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private byte[] beginning() {
    byte[] bytes = new byte[MAX_MESSAGE_SIZE - 1_000];
    Arrays.fill(bytes, "x".getBytes(UTF_8)[0]);
    ByteBuffer.wrap(bytes).putInt(framing == Framing.LINES ? 0 : MAX_MESSAGE_SIZE);
    return bytes;
  }
}

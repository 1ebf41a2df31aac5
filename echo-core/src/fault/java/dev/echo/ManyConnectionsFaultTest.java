package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.testing.NoLeaks;
import dev.echo.testing.Seeds;
import dev.echo.testing.Wire;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A server with little memory and very many connections, open or reset. */
@Timeout(120)
class ManyConnectionsFaultTest {

  private static final List<String> LITTLE_MEMORY =
      List.of("-Xmx64m", "-XX:MaxDirectMemorySize=1m");

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @RegisterExtension
  final NoLeftovers noLeftovers = new NoLeftovers();

  @Test
  void holdsEighteenThousandIdleConnectionsAndServesThemAgain() throws Exception {
    try (ServerProcess server =
            ServerProcess.start(LITTLE_MEMORY, "tcp://127.0.0.1:0", "maxConnections=20000");
        Peers peers = new Peers(server.endpoint)) {
      peers.connectTo(1_000);
      server.heap(); // once in vain, to load what measuring takes
      long few = server.heap();
      peers.connectTo(18_000);
      long many = server.heap();
      long each = (many - few) / 17_000;
      System.out.println("Heap of an idle connection: " + each + " bytes");

      peers.echoAtOnce();

      assertTrue(each < 1_500, each + " bytes of heap for a connection");
      assertEquals(18_000, server.stats().open());
      long after = server.heap();
      assertTrue(after < many + 1_000_000, many + " bytes before, after echoing again " + after);
      assertEquals("", server.child.errorOutput());
    }
  }

  @Test
  void forgetsTenThousandConnectionsThatWereReset() throws Exception {
    long seed = Seeds.any();
    try (ServerProcess server = ServerProcess.start(LITTLE_MEMORY, "tcp://127.0.0.1:0");
        Wire neighbour = Wire.to(server.endpoint)) {
      resetMany(server, neighbour, new Random(seed), 1_000);
      long descriptors = server.child.descriptors();
      long threads = server.child.threads();
      server.heap();
      long heap = server.heap();

      resetMany(server, neighbour, new Random(seed), 10_000);

      ServerProcess.Stats stats = server.stats();
      assertEquals(11_001, stats.total());
      assertTrue(stats.errors() <= 11_000, stats::toString);
      assertEquals(descriptors, server.child.descriptors());
      assertEquals(threads, server.child.threads());
      long after = server.heap();
      assertTrue(after < heap + 200_000, heap + " bytes before the resets, after them " + after);
      assertEquals("", server.child.errorOutput());
    } catch (Exception | AssertionError e) {
      throw new AssertionError("With -Dseed=" + seed, e);
    }
  }

  private static void resetMany(ServerProcess server, Wire neighbour, Random random, int count)
      throws Exception {
    Peers peers = new Peers(server.endpoint);
    try (peers) {
      for (int i = 0; i < count; i++) {
        resetSomewhere(peers.connect(), random);
        if (i % 50 == 0) {
          assertEquals("neighbour\n", neighbour.send("neighbour\n").receive(10));
        }
      }
    }
    server.awaitStats(stats -> stats.open() == 1);
  }

  private static void resetSomewhere(Wire peer, Random random) throws IOException {
    String message = "x".repeat(random.nextInt(2_000)) + "\n";
    switch (random.nextInt(4)) {
      case 0 -> {} // before a message
      case 1 -> peer.send(message.substring(random.nextInt(message.length())).strip());
      case 2 -> peer.send(message).receive(1 + random.nextInt(message.length()));
      default -> peer.send(message.repeat(1 + random.nextInt(50))); // with replies unread
    }
    peer.reset();
  }
}

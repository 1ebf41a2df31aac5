package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.testing.NoLeaks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Peers that send and never read, beside ordinary ones. */
@Timeout(120)
class NeverReadingPeerFaultTest {

  private static final List<String> LITTLE_MEMORY =
      List.of("-Xmx64m", "-XX:MaxDirectMemorySize=1m");
  private static final int NEIGHBOURS = 64;
  private static final int ROUNDS = 15;

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @RegisterExtension
  final NoLeftovers noLeftovers = new NoLeftovers();

  @Test
  void readsAndKeepsNoMoreThanTheBuffersOfTheSystemTake() throws Exception {
    int peers = 16;
    List<HostilePeer> hostile = new ArrayList<>();
    try (ServerProcess server = ServerProcess.start(LITTLE_MEMORY, "tcp://127.0.0.1:0");
        Neighbours neighbours = new Neighbours(server.endpoint, NEIGHBOURS)) {
      try (HostilePeer first = new HostilePeer(server.endpoint, systemBuffers())) {
        pushUntilNothingMoves(List.of(first), neighbours); // the loop's buffers have to grow once
      }
      server.awaitStats(stats -> stats.open() == NEIGHBOURS);
      server.heap();
      long heap = server.heap();
      for (int i = 0; i < peers; i++) {
        hostile.add(new HostilePeer(server.endpoint, systemBuffers()));
      }
      pushUntilNothingMoves(hostile, neighbours);

      ServerProcess.Stats stopped = server.stats();
      neighbours.p99Nanos(100);
      assertEquals(stopped.messages() + 100 * NEIGHBOURS, server.stats().messages());
      long held = (server.heap() - heap) / peers;
      // What was read at once, and the replies to it: the loop's buffer twice, and objects.
      assertTrue(held < 200_000, held + " bytes of heap for a peer that does not read");
      System.out.printf(
          "A peer that does not read: %,d bytes accepted, %,d of heap%n",
          hostile.get(0).accepted, held);

      closeAll(hostile);
      server.awaitStats(stats -> stats.open() == NEIGHBOURS);
      long after = server.heap();
      assertTrue(after < heap + 200_000, heap + " bytes before them, after them " + after);
      assertEquals("", server.child.errorOutput());
    } finally {
      closeAll(hostile);
    }
  }

  /** Printed; what is asserted is only what chance can't bring about on a busy machine. */
  @Test
  void keepsNeighboursAsQuickAsWithoutIt() throws Exception {
    try (ServerProcess server = ServerProcess.start(LITTLE_MEMORY, "tcp://127.0.0.1:0");
        Neighbours neighbours = new Neighbours(server.endpoint, NEIGHBOURS)) {
      for (int i = 0; i < 5; i++) {
        neighbours.p99Nanos(200); // in vain, until the code is compiled
      }
      long[] alone = new long[ROUNDS];
      long[] beside = new long[ROUNDS];
      for (int i = 0; i < ROUNDS; i++) {
        alone[i] = neighbours.p99Nanos(300);
        try (HostilePeer hostile = new HostilePeer(server.endpoint, systemBuffers())) {
          pushUntilNothingMoves(List.of(hostile), neighbours);
          beside[i] = neighbours.p99Nanos(300);
        }
        server.awaitStats(stats -> stats.open() == NEIGHBOURS);
      }
      double ratio = (double) median(beside) / median(alone);
      System.out.printf(
          "p99 of %d connections: %,d µs, beside a peer that does not read %,d µs, ratio %.2f%n",
          NEIGHBOURS, median(alone) / 1_000, median(beside) / 1_000, ratio);

      assertTrue(ratio < 5, "ratio " + ratio);
    }
  }

  /** It has stopped for good when nothing moves during many round trips of its neighbours. */
  private static void pushUntilNothingMoves(List<HostilePeer> hostile, Neighbours neighbours)
      throws IOException {
    boolean moved;
    do {
      neighbours.p99Nanos(20);
      moved = false;
      for (HostilePeer peer : hostile) {
        moved |= peer.push();
      }
    } while (moved);
  }

  /**
   * What the kernel keeps at most between two sockets, in both directions, and the server a bit.
   */
  private static long systemBuffers() throws IOException {
    return 2 * (largest("tcp_wmem") + largest("tcp_rmem")) + (1 << 20);
  }

  private static long largest(String setting) throws IOException {
    // Not read as a whole: such a file gives all or nothing, and the JDK asks for one byte first.
    List<String> lines = Files.readAllLines(Path.of("/proc/sys/net/ipv4", setting));
    return Long.parseLong(lines.get(0).split("\\s+")[2]);
  }

  private static long median(long[] values) {
    long[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static void closeAll(List<HostilePeer> peers) throws IOException {
    for (HostilePeer peer : peers) {
      peer.close();
    }
    peers.clear();
  }
}

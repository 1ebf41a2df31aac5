package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.testing.ChildProcess;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.Wire;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What signals do to the process of a server. */
@Timeout(60)
class SignalFaultTest {

  private static final int BUSY_PEERS = 8;
  private static final int IN_FLIGHT = 100;

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @RegisterExtension
  final NoLeftovers noLeftovers = new NoLeftovers();

  @Test
  void answersAllThatWasReadBeforeSigtermEndsIt() throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    try (ServerProcess server =
            ServerProcess.start(List.of(), "tcp://127.0.0.1:0", "closeTimeout=PT20S");
        HostilePeer slow = new HostilePeer(server.endpoint, Long.MAX_VALUE);
        Peers peers = new Peers(server.endpoint)) {
      List<Future<Long>> answered = new ArrayList<>();
      for (int i = 0; i < BUSY_PEERS; i++) {
        answered.add(threads.submit(exchangeNumbers(peers.connect())));
      }
      Wire neighbour = peers.connect();
      long sum = 0;
      do { // until the server has replies that it could not write
        for (int i = 0; i < 50; i++) {
          assertEquals("x\n", neighbour.send("x\n").receive(2));
          sum++;
        }
      } while (slow.push());

      server.child.signal("TERM");

      for (Future<Long> count : answered) {
        sum += count.get(20, TimeUnit.SECONDS);
      }
      sum += slow.countReplies(); // which waited in the server when the end began
      assertEquals(128 + 15, server.child.awaitEnd());
      ServerProcess.Stats last = ServerProcess.Stats.parse(server.child.answer());
      assertEquals(last.messages(), sum);
      assertEquals(0, last.open());
      assertEquals(0, last.errors());
      assertEquals("", server.child.errorOutput());
    } finally {
      threads.shutdownNow();
      assertTrue(threads.awaitTermination(10, TimeUnit.SECONDS));
    }
  }

  /** Sends numbers as long as they come back, all and in order, and returns how many did. */
  private static Callable<Long> exchangeNumbers(Wire peer) {
    return () -> {
      try (peer) {
        for (long first = 0; ; first += IN_FLIGHT) {
          String lines = LongStream.range(first, first + IN_FLIGHT)
              .mapToObj(number -> number + "\n")
              .collect(Collectors.joining());
          String replies = send(peer, lines) ? peer.receive(lines.length()) : "";
          if (!replies.equals(lines)) {
            assertTrue(lines.startsWith(replies), replies);
            assertTrue(replies.isEmpty() || replies.endsWith("\n"), replies);
            return first + replies.lines().count();
          }
        }
      }
    };
  }

  /** Returns whether the server was there to take it. */
  private static boolean send(Wire peer, String lines) {
    try {
      peer.send(lines);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void goesOnWithAllConnectionsAfterItWasStopped() throws Exception {
    try (ServerProcess server =
            ServerProcess.start(List.of(), "tcp://127.0.0.1:0", "idleTimeout=PT5S");
        Peers peers = new Peers(server.endpoint)) {
      peers.connectTo(1_100); // more than are served at a time

      server.child.signal("STOP");
      await(server.child, 'T');
      for (Wire peer : peers.all) {
        peer.send("while stopped\n");
      }
      Wire late = peers.connect().send("while stopped\n");
      late.channel.socket().setSoTimeout(5_500); // longer than the idle timeout
      assertThrows(
          SocketTimeoutException.class,
          () -> late.channel.socket().getInputStream().read());
      server.child.signal("CONT");

      for (Wire peer : peers.all) {
        assertEquals("while stopped\n", peer.receive(14));
      }
      assertEquals(0, server.stats().errors());
      assertEquals("", server.child.errorOutput());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "udp"})
  void handsAReplyThatWasLateToNoOtherMessage(String transport) throws Exception {
    try (ServerProcess server = ServerProcess.start(List.of(), transport + "://127.0.0.1:0");
        EchoClient client =
            EchoClient.builder().timeout(Duration.ofMillis(500)).connect(server.endpoint)) {
      for (int i = 0; i < 3; i++) {
        server.child.signal("STOP");
        await(server.child, 'T');
        assertThrows(EchoTimeoutException.class, () -> client.send("late"));
        CompletableFuture<Echo> next = client.sendAsync("next");
        server.child.signal("CONT");

        String reply = next.handle((echo, e) -> e == null ? echo.message().text() : e.toString())
            .get(10, TimeUnit.SECONDS);
        assertTrue(reply.equals("next") || reply.contains("Timeout"), reply);
        server.stats(); // it runs again
      }
      server.awaitStats(stats -> stats.messages() == 6);
    }
  }

  private static void await(ChildProcess child, char state) throws IOException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (child.state() != state) {
      assertTrue(System.nanoTime() - end < 0, "not in state " + state);
      Thread.onSpinWait();
    }
  }
}

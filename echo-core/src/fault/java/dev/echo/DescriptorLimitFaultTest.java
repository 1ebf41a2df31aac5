package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.testing.ChildProcess;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.Transport;
import dev.echo.testing.Wire;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Processes that have no descriptor left. */
@Timeout(150)
class DescriptorLimitFaultTest {

  private static final int DESCRIPTORS = 200;
  private static final int CONNECTIONS = 250;
  private static final int QUIET_MILLIS = 3_000;
  private static final int PATIENCE_MILLIS = 5_000;

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @RegisterExtension
  final NoLeftovers noLeftovers = new NoLeftovers();

  @Test
  void staysQuietAtTheLimitAndAcceptsAgainWhenConnectionsClose() throws Exception {
    try (ServerProcess server = ServerProcess.start(
            ChildProcess.withDescriptors(DESCRIPTORS), List.of(), "tcp://127.0.0.1:0");
        Peers peers = new Peers(server.endpoint)) {
      for (int i = 0; i < CONNECTIONS; i++) {
        peers.connect().send("first\n");
      }
      server.awaitStats(stats -> stats.errors() > 0);
      int served = (int) server.stats().total();
      assertTrue(served > 100 && served < DESCRIPTORS, served + " connections were accepted");
      List<Wire> open = peers.all.subList(0, served);
      for (Wire peer : open) {
        assertEquals("first\n", peer.receive(6));
      }
      Wire waiting = peers.all.get(served);

      Duration before = server.child.cpuTime();
      assertThrows(SocketTimeoutException.class, () -> receiveByte(waiting, QUIET_MILLIS));
      long cpuMillis = server.child.cpuTime().minus(before).toMillis();
      System.out.println("At the limit: " + cpuMillis + " ms of CPU time in " + QUIET_MILLIS);
      assertTrue(cpuMillis < QUIET_MILLIS / 20, cpuMillis + " ms of CPU time");
      assertEquals("", server.child.errorOutput());
      // The JVM may open and close a file of its own meanwhile, which makes room for a moment.
      assertTrue(server.stats().errors() <= 3, server.stats()::toString);
      assertEquals(
          "java.io.IOException: Accept on " + server.endpoint + ": Too many open files",
          server.child.ask(ServerMain.LAST_ERROR));
      assertTrue(server.child.descriptors() > DESCRIPTORS - 3);
      for (Wire peer : open) {
        assertEquals("still\n", peer.send("still\n").receive(6));
      }

      long start = System.nanoTime();
      open.get(0).reset();
      receiveByte(waiting, PATIENCE_MILLIS);
      long millis = (System.nanoTime() - start) / 1_000_000;
      System.out.println("Accepted " + millis + " ms after another was closed");

      for (Wire peer : open.subList(1, served)) {
        peer.reset();
      }
      for (Wire peer : peers.all.subList(served + 1, CONNECTIONS)) {
        assertEquals("first\n", peer.receive(6));
      }
      assertEquals(CONNECTIONS, server.stats().total());
      assertEquals("", server.child.errorOutput());
    }
  }

  private static void receiveByte(Wire peer, int timeoutMillis) throws IOException {
    peer.channel.socket().setSoTimeout(timeoutMillis);
    assertTrue(peer.channel.socket().getInputStream().read() >= 0);
  }

  @Test
  void failsToStartAndToConnectWithTheEndpointAndWithoutALeak() throws Exception {
    try (EchoServer tcp = EchoServer.start(Transport.TCP.free());
        EchoServer udp = EchoServer.start(Transport.UDP.free());
        EchoServer unix = EchoServer.start(Transport.UNIX.free());
        ChildProcess child = ChildProcess.start(
            ChildProcess.withDescriptors(64),
            List.of(),
            DescriptorsMain.class,
            Transport.freePath().toString(),
            tcp.endpoint().toString(),
            udp.endpoint().toString(),
            unix.endpoint().toString())) {
      for (int transport = 0; transport < 3; transport++) {
        String failures = child.answer();
        System.out.println("Start and connect with too few descriptors: " + failures);
        assertTrue(failures.matches("[1-9] failures [1-9] failures "), failures);
      }
      assertEquals(0, child.awaitEnd());
      assertEquals("", child.errorOutput());
    }
  }
}

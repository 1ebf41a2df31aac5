package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.testing.ChildProcess;
import dev.echo.testing.NoLeaks;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two servers over UDP, and one datagram to the one whose source is forged to be the other. */
@Timeout(60)
class DatagramLoopFaultTest {

  private static final int PRIVILEGED_PORT = 7;

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @RegisterExtension
  final NoLeftovers noLeftovers = new NoLeftovers();

  @RegisterExtension
  final NetworkNamespace network = new NetworkNamespace();

  private ServerProcess startServer(int port) throws Exception {
    return ServerProcess.start(network.prefix(), List.of(), "udp://127.0.0.1:" + port);
  }

  private ChildProcess startClient(ServerProcess server, String timeout) throws Exception {
    return ChildProcess.start(
        network.prefix(), List.of(), ClientMain.class, server.endpoint.toString(), timeout);
  }

  private static int port(Endpoint endpoint) {
    return ((InetSocketAddress) endpoint.address()).getPort();
  }

  /** Sends one datagram to a server that seems to come from the other. */
  private void sendForged(ServerProcess to, ServerProcess from) throws Exception {
    try (ChildProcess client = startClient(to, "PT0.1S")) {
      network.forgeSource(port(Endpoint.parse(client.answer())), port(from.endpoint));
      String reply = client.ask("forged");
      assertTrue(reply.endsWith(" EchoTimeoutException"), reply);
    }
  }

  private void assertServed(ServerProcess server) throws Exception {
    try (ChildProcess client = startClient(server, "PT10S")) {
      client.answer();
      assertEquals("genuine", client.ask("genuine"));
    }
  }

  @Test
  void diesOutAtTheServerThatIsToAnswerAPrivilegedPort() throws Exception {
    try (ServerProcess privileged = startServer(PRIVILEGED_PORT);
        ServerProcess ordinary = startServer(0)) {
      sendForged(ordinary, privileged);

      ordinary.awaitStats(stats -> stats.rejected() == 1);
      assertServed(ordinary);
      assertServed(privileged);
      assertEquals(1, privileged.stats().messages());
      assertEquals(1, ordinary.stats().messages());
      assertEquals(1, ordinary.stats().rejected());
    }
  }

  @Test
  void diesOutAfterOneReplyFromAPrivilegedPort() throws Exception {
    try (ServerProcess privileged = startServer(PRIVILEGED_PORT);
        ServerProcess ordinary = startServer(0)) {
      sendForged(privileged, ordinary);

      ordinary.awaitStats(stats -> stats.rejected() == 1);
      assertServed(privileged);
      assertServed(ordinary);
      assertEquals(2, privileged.stats().messages());
      assertEquals(1, ordinary.stats().messages());
      assertEquals(1, ordinary.stats().rejected());
    }
  }

  /** As documented: nothing tells such a server from a client. */
  @Test
  void goesOnBetweenOrdinaryPortsUntilOneServerEnds() throws Exception {
    try (ServerProcess first = startServer(0)) {
      try (ServerProcess second = startServer(0)) {
        sendForged(first, second);

        first.awaitStats(stats -> stats.messages() > 1_000);
        assertTrue(second.stats().messages() > 900);
      }
      assertServed(first);
      long messages = first.stats().messages();
      assertServed(first);
      assertEquals(messages + 1, first.stats().messages());
    }
  }
}

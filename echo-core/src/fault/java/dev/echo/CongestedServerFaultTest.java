package dev.echo;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A server over UDP that is made to send to hosts that do not exist: for some seconds the system
 * looks for each, and keeps what is to go there in the server's send buffer.
 */
@Timeout(120)
class CongestedServerFaultTest {

  private static final String ADDRESS = "10.9.0.1";
  private static final List<String> NOBODY = List.of("10.9.0.2", "10.9.0.3", "10.9.0.4");
  private static final String LARGE = "x".repeat(1000);

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @RegisterExtension
  final NoLeftovers noLeftovers = new NoLeftovers();

  @Test
  void dropsWhatItHasNoRoomForInsteadOfWaitingAgain() throws Exception {
    try (NetworkNamespace network = NetworkNamespace.create()) {
      network.addEmptyLink(ADDRESS);
      network.forgeSources(ADDRESS, NOBODY);
      try (ServerProcess server =
              ServerProcess.start(network.prefix(), List.of(), "udp://0.0.0.0:0");
          ChildProcess forger = startClient(network, server, ADDRESS, "PT0.001S");
          ChildProcess genuine = startClient(network, server, "127.0.0.1", "PT0.2S")) {
        flood(forger, server);
        LossyNetworkFaultTest.assertAnsweredInTheEnd(genuine);

        ServerProcess.Stats stats = flood(forger, server);

        assertTrue(stats.dropped() > 0, stats::toString);
        String error = server.child.ask(ServerMain.LAST_ERROR);
        assertTrue(error.endsWith("the system's send buffer is full"), error);
      }
    }
  }

  private static ChildProcess startClient(
      NetworkNamespace network, ServerProcess server, String host, String timeout)
      throws Exception {
    int port = ((InetSocketAddress) server.endpoint.address()).getPort();
    ChildProcess client = ChildProcess.start(
        network.prefix(),
        List.of(),
        ClientMain.class,
        Endpoint.udp(host, port).toString(),
        timeout);
    client.answer(); // it is there
    return client;
  }

  /** Returns what the server has counted when it has read all. */
  private static ServerProcess.Stats flood(ChildProcess forger, ServerProcess server)
      throws Exception {
    int messages = 400; // more than a send buffer holds
    long before = server.stats().messages();
    for (int i = 0; i < messages; i++) {
      String answer = forger.ask(LARGE);
      assertTrue(answer.endsWith("EchoTimeoutException"), answer);
    }
    return server.awaitStats(stats -> stats.messages() >= before + messages);
  }
}

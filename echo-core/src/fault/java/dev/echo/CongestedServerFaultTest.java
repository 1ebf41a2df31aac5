package dev.echo;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.testing.ChildProcess;
import dev.echo.testing.NoLeaks;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A server over UDP that is made to send to hosts that do not exist: for some seconds the system
 * looks for each, and keeps what is to go there in the server's send buffer.
 */
@Timeout(120)
class CongestedServerFaultTest {

  private static final String ADDRESS = "10.9.0.1";
  private static final List<String> NOBODY = List.of("10.9.0.2", "10.9.0.3", "10.9.0.4");
  private static final String LARGE = "x".repeat(1000);

  /** More than a send buffer holds. */
  private static final int MESSAGES = 400;

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @RegisterExtension
  final NoLeftovers noLeftovers = new NoLeftovers();

  @RegisterExtension
  final NetworkNamespace network = new NetworkNamespace();

  @BeforeEach
  void forge() throws Exception {
    network.addEmptyLink(ADDRESS);
    network.forgeSources(ADDRESS, NOBODY);
  }

  @ParameterizedTest
  @CsvSource({
    ADDRESS + ", framing=LINES",
    ADDRESS + ", executor=2",
    ADDRESS + ", busyPoll=PT1S",
    "0.0.0.0, eventLoops=2"
  })
  void dropsWhatItHasNoRoomForInsteadOfWaitingAgain(String host, String setting) throws Exception {
    try (ServerProcess server = startServer(host, setting);
        ChildProcess forger = startClient(server, "PT0.001S");
        ChildProcess genuine = startClient(server, "PT0.2S")) {
      flood(forger, server);
      LossyNetworkFaultTest.assertAnsweredInTheEnd(genuine);

      ServerProcess.Stats stats = flood(forger, server);

      assertTrue(stats.dropped() > 0, stats::toString);
      String error = server.child.ask(ServerMain.LAST_ERROR);
      assertTrue(error.endsWith("the system's send buffer is full"), error);
    }
  }

  @Test
  void isShutDownAtOnceWhileItWaits() throws Exception {
    try (ServerProcess server = startServer(ADDRESS, "framing=LINES");
        ChildProcess forger = startClient(server, "PT0.001S")) {
      send(forger);

      long millis = Long.parseLong(server.child.ask(ServerMain.SHUTDOWN));

      assertTrue(millis < 1_000, millis + " ms"); // the system looks for a host for 3 s
    }
  }

  private ServerProcess startServer(String host, String setting) throws Exception {
    return ServerProcess.start(network.prefix(), List.of(), "udp://" + host + ":0", setting);
  }

  private ChildProcess startClient(ServerProcess server, String timeout) throws Exception {
    int port = ((InetSocketAddress) server.endpoint.address()).getPort();
    ChildProcess client = ChildProcess.start(
        network.prefix(),
        List.of(),
        ClientMain.class,
        Endpoint.udp(ADDRESS, port).toString(),
        timeout);
    client.answer(); // it is there
    return client;
  }

  /** Returns what the server has counted when it has read so many more. */
  private static ServerProcess.Stats flood(ChildProcess forger, ServerProcess server)
      throws Exception {
    long wanted = server.stats().messages() + MESSAGES;
    send(forger);
    // With so little time, a message may have timed out before it was sent.
    for (int i = 0; i < MESSAGES && server.stats().messages() < wanted; i++) {
      sendOne(forger);
    }
    return server.awaitStats(stats -> stats.messages() >= wanted);
  }

  private static void send(ChildProcess forger) throws Exception {
    for (int i = 0; i < MESSAGES; i++) {
      sendOne(forger);
    }
  }

  private static void sendOne(ChildProcess forger) throws Exception {
    String answer = forger.ask(LARGE);
    assertTrue(answer.endsWith("EchoTimeoutException"), answer);
  }
}

package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.testing.ChildProcess;
import dev.echo.testing.NoLeaks;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A server on all addresses of a host that has four, and clients on another host. */
@Timeout(120)
class WildcardServerFaultTest {

  private static final List<String> IPV4 = List.of("10.9.0.1", "10.9.0.2");
  private static final List<String> IPV6 = List.of("2001:db8::1", "2001:db8::2");

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @RegisterExtension
  final NoLeftovers noLeftovers = new NoLeftovers();

  @RegisterExtension
  final NetworkNamespace network = new NetworkNamespace();

  @BeforeEach
  void link() throws Exception {
    network.addNeighbour(
        List.of("10.9.0.1/24", "10.9.0.2/24", "2001:db8::1/64", "2001:db8::2/64"),
        List.of("10.9.0.9/24", "2001:db8::9/64"));
  }

  private ChildProcess startClient(ServerProcess server, String host) throws Exception {
    String endpoint = Endpoint.udp(host, server.endpoint.port()).toString();
    ChildProcess client = ChildProcess.start(
        network.neighbourPrefix(), List.of(), ClientMain.class, endpoint, "PT2S");
    client.answer(); // it is there
    return client;
  }

  private void assertAnswers(ServerProcess server, String host) throws Exception {
    try (ChildProcess client = startClient(server, host)) {
      assertEquals("to " + host, client.ask("to " + host));
      assertEquals("again", client.ask("again"));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0.0.0.0, framing=LINES",
    "0.0.0.0, eventLoops=3",
    "::, framing=LINES",
    "::, eventLoops=3",
    "::, executor=2",
    "::, busyPoll=PT0.001S"
  })
  void answersFromTheAddressThatWasAsked(String wildcard, String setting) throws Exception {
    String endpoint = Endpoint.udp(wildcard, 0).toString();
    try (ServerProcess server =
        ServerProcess.start(network.prefix(), List.of(), endpoint, setting)) {
      for (String host : IPV4) {
        assertAnswers(server, host);
      }
      if (wildcard.contains(":")) {
        for (String host : IPV6) {
          assertAnswers(server, host);
        }
      }
      assertEquals(0, server.stats().errors());
    }
  }

  /** As documented: by the wildcard socket, from the address that the system chooses. */
  @ParameterizedTest
  @CsvSource({"0.0.0.0, 10.9.0.3/24", "::, 10.9.0.3/24", "::, 2001:db8::3/64"})
  void getsWhatIsSentToAnAddressThatHasComeLater(String wildcard, String later) throws Exception {
    String endpoint = Endpoint.udp(wildcard, 0).toString();
    try (ServerProcess server = ServerProcess.start(network.prefix(), List.of(), endpoint)) {
      network.addAddress(later);
      try (ChildProcess client = startClient(server, later.replaceFirst("/.*", ""))) {
        client.ask("x");
      }
      server.awaitStats(stats -> stats.messages() == 1);

      assertAnswers(server, IPV4.get(1));
      assertTrue(server.stats().messages() >= 3);
    }
  }
}

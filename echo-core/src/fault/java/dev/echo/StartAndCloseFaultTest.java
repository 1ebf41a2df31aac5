package dev.echo;

import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.echo.testing.Certificates;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.Transport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is left of servers and clients that were: nothing. */
@Timeout(60)
class StartAndCloseFaultTest {

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @ParameterizedTest
  @CsvSource({"TCP, false", "TCP, true", "UDP, false", "UNIX, false"})
  void leavesNothingAfterHundredsOfStarts(Transport transport, boolean tls) throws Exception {
    startAndClose(100, transport, tls);
    Usage before = Usage.now();

    startAndClose(200, transport, tls);

    Usage after = Usage.now();
    assertFalse(after.isMoreThan(before), () -> before + "\nthen " + after);
  }

  private static void startAndClose(int times, Transport transport, boolean tls) throws Exception {
    EchoServer.Builder servers = EchoServer.builder();
    EchoClient.Builder clients = EchoClient.builder();
    if (tls) {
      servers.sslContext(Certificates.of("server"));
      clients.sslContext(Certificates.none());
    }
    for (int i = 0; i < times; i++) {
      try (EchoServer server = servers.start(transport.free());
          EchoClient client = clients.connect(server.endpoint())) {
        client.send("x");
      }
    }
  }
}

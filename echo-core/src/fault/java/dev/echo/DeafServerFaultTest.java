package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.echo.testing.NoLeaks;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A server over UDP that its own datagrams do not reach, as behind a firewall. */
@Timeout(60)
class DeafServerFaultTest {

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @RegisterExtension
  final NoLeftovers noLeftovers = new NoLeftovers();

  @RegisterExtension
  final NetworkNamespace network = new NetworkNamespace();

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, framing=LINES",
    "127.0.0.1, executor=2",
    "127.0.0.1, busyPoll=PT0.01S",
    "127.0.0.1, eventLoops=2",
    "0.0.0.0, framing=LINES",
    "0.0.0.0, busyPoll=PT0.01S"
  })
  void endsAlthoughNothingWakesItUp(String host, String setting) throws Exception {
    try (ServerProcess server =
        ServerProcess.start(network.prefix(), List.of(), "udp://" + host + ":0", setting)) {
      network.cut();

      server.child.ask(ServerMain.SHUTDOWN);

      assertEquals("true", server.child.ask(ServerMain.AWAIT_TERMINATION));
    }
  }
}

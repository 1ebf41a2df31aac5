package dev.echo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.testing.Certificates;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.Programs;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What OpenSSL says of a connection that a fault ends. */
@Timeout(30)
class ForeignTlsFaultsTest {

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @BeforeEach
  void assumeInstalled() {
    Programs.assumeInstalled("openssl");
  }

  @ParameterizedTest
  @CsvSource({
    "1.2, close, '', true",
    "1.3, close, '', true",
    "1.2, close@3, hel, true",
    "1.3, close@3, hel, true",
    "1.3, half-close, hello, true",
    "1.2, reset, '', false",
    "1.3, reset, '', false",
    "1.2, reset@3, hel, false",
    "1.3, reset@3, hel, false"
  })
  void endsWithCloseNotifyUnlessItIsReset(
      String version, String fault, String received, boolean hasCloseNotify) throws Exception {
    try (EchoServer server = EchoServer.builder()
        .sslContext(Certificates.of("server"))
        .faults(FaultPlan.script(Fault.parse(fault)))
        .start(Endpoint.tcp(0))) {
      Process client = new ProcessBuilder(List.of(
              "openssl",
              "s_client",
              "-msg",
              "-nocommands",
              "-ign_eof",
              "-connect",
              "127.0.0.1:" + server.endpoint().port(),
              "-tls" + version.replace('.', '_')))
          .redirectErrorStream(true)
          .start();
      try {
        client.getOutputStream().write("hello\n".getBytes(UTF_8));
        client.getOutputStream().flush();

        String output = new String(client.getInputStream().readAllBytes(), UTF_8);

        assertTrue(client.waitFor(10, TimeUnit.SECONDS));
        String told = output.substring(output.lastIndexOf("---"));
        assertEquals(hasCloseNotify, isTold(told, "<<< TLS", "close_notify"), output);
        assertTrue(told.contains(received), output);
        assertEquals(received.equals("hello"), told.contains("hello"), output);
      } finally {
        client.destroyForcibly();
      }
    }
  }

  private static boolean isTold(String output, String direction, String alert) {
    return output.lines().anyMatch(line -> line.startsWith(direction) && line.contains(alert));
  }
}

package dev.echo.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.EchoClient;
import dev.echo.Endpoint;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers of the PROXY protocol, from the server's side and the client's. */
@Timeout(60)
class ProxyTest {

  @TempDir
  Path directory;

  private InProcessServer serve(String endpoint) throws Exception {
    if (endpoint.startsWith("unix:")) {
      Run.assumeUnixSockets();
    }
    return InProcessServer.start(
        "-v", "--proxy-protocol", endpoint.replace("DIRECTORY", directory.toString()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp://127.0.0.1:0", "unix:DIRECTORY/echo.sock", "tls://127.0.0.1:0"})
  void connectsForAnotherClient(String endpoint) throws Exception {
    InProcessServer server = serve(endpoint);
    String bound = server.listeningEndpoint();
    String tls = bound.startsWith("tls") ? "--fingerprint=" + server.fingerprint() + " " : "";
    String options = "connect --proxy-header=192.0.2.1:51234 " + tls + bound;

    Run run = Run.of("hello\nquit\n", options.split(" "));

    run.assertSucceeded();
    assertTrue(run.out().startsWith("HELLO (from port 51234)  "), run.out());
    Run served = server.awaitEnd();
    served.assertSucceeded();
    String scheme = tls.isEmpty() ? "tcp" : "tls";
    String opened = "1 opened: " + scheme + "://192.0.2.1:51234 through "
        + (bound.startsWith("unix") ? "unix:" : scheme + "://127.0.0.1:N");
    String first = served.out().lines().findFirst().orElseThrow();
    assertEquals(opened, first.replaceAll("(through .*:)\\d+$", "$1N"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp://127.0.0.1:0", "unix:DIRECTORY/echo.sock"})
  void pingsForAnotherClient(String endpoint) throws Exception {
    InProcessServer server = serve(endpoint);
    String bound = server.listeningEndpoint();

    Run run = Run.of(
        "", "ping", "-c", "2", "-i", "100ms", "--proxy-header", "tcp://[2001:db8::1]:51234", bound);

    run.assertSucceeded();
    assertTrue(run.out().contains("port 51234"), run.out());
    try (EchoClient client = EchoClient.builder()
        .proxyHeader(Endpoint.tcp("192.0.2.1", 1), Endpoint.tcp(7))
        .connect(Endpoint.parse(bound))) {
      client.send("quit");
    }
    Run served = server.awaitEnd();
    assertTrue(served.out().startsWith("1 opened: tcp://[2001:db8::1]:51234 through "));
  }

  @Test
  void namesAConnectionWithoutAHeader() throws Exception {
    InProcessServer server = serve("tcp://127.0.0.1:0");
    String bound = server.listeningEndpoint();

    Run run = Run.of("hello\n", "connect", bound);

    assertEquals(1, run.status());
    Run.of("quit\n", "connect", "--proxy-header=a.invalid:1", bound)
        .assertFailed(1, "PROXY header with the unknown host of tcp://a.invalid:1");
    Run.of("quit\n", "connect", "--proxy-header=[::1]:1", bound).assertSucceeded();
    String err = server.awaitEnd().err();
    assertTrue(err.contains("PROXY header from tcp://127.0.0.1:"), err);
    assertTrue(err.contains("the connection starts with something else"), err);
  }
}

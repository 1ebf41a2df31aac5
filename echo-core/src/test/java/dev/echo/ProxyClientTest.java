package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.probe.PathProbe;
import dev.echo.probe.PathReport;
import dev.echo.testing.Certificates;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.RecordingListener;
import dev.echo.testing.StreamKind;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients and probes that say for whom they connect, as a proxy does. */
@ParameterizedClass
@EnumSource(names = {"TCP", "UNIX", "TLS"})
@Timeout(60)
class ProxyClientTest {

  private static final Endpoint.Tcp SOURCE = Endpoint.tcp("192.0.2.1", 51_234);
  private static final Endpoint.Tcp DESTINATION = Endpoint.tcp("192.0.2.2", 7007);

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @Parameter
  StreamKind kind;

  private final RecordingListener listener = new RecordingListener();
  private final EchoServer.Builder builder =
      EchoServer.builder().listener(listener).proxyProtocol(proxy -> true);
  private final EchoClient.Builder client = EchoClient.builder();

  @BeforeEach
  void secure() {
    kind.set(builder, null);
    if (kind == StreamKind.TLS) {
      client.sslContext(Certificates.none());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "tcp://192.0.2.1:51234, tcp://192.0.2.2:7007, tcp://192.0.2.1:51234",
    "tcp://[2001:db8::1]:51234, tcp://[2001:db8::2]:7007, tcp://[2001:db8::1]:51234",
    "tcp://192.0.2.1:51234, tcp://[2001:db8::2]:7007, tcp://192.0.2.1:51234",
    "tcp://[2001:db8::1]:0, tcp://192.0.2.2:65535, tcp://[2001:db8::1]:0",
    "tcp://192.0.2.1:65535, tcp://localhost:7007, tcp://192.0.2.1:65535"
  })
  void connectForTheirSource(String source, String destination, String named) throws Exception {
    client.proxyHeader(
        (Endpoint.Inet) Endpoint.parse(source), (Endpoint.Inet) Endpoint.parse(destination));
    try (EchoServer server = builder.start(kind.free());
        EchoClient connected = client.connect(server.endpoint())) {
      assertEquals("hello", connected.send("hello").message().text());

      Peer peer = listener.awaitOpen();
      assertEquals(named, peer.endpoint().toString());
      assertEquals(
          kind == StreamKind.UNIX
              ? Optional.of(Endpoint.unix(Path.of("")))
              : Optional.of(connected.localEndpoint()),
          peer.proxy());
    }
  }

  @Test
  void probeForTheirSource() throws Exception {
    PathProbe.Builder probe = PathProbe.builder()
        .proxyHeader(SOURCE, DESTINATION)
        .flows(2)
        .count(10)
        .rate(1000)
        .timeout(Duration.ofSeconds(10));
    if (kind == StreamKind.TLS) {
      probe.sslContext(Certificates.none());
    }
    try (EchoServer server = builder.start(kind.free());
        PathProbe running = probe.start(server.endpoint())) {
      PathReport report = running.await();

      assertEquals(10, report.received());
      assertEquals(SOURCE, listener.awaitOpen().endpoint());
      assertEquals(SOURCE, listener.awaitOpen().endpoint());
    }
    assertEquals(List.of(), listener.allErrors);
  }

  @Test
  void sayThatDatagramsAreForwarded() throws Exception {
    client.proxyHeader(Endpoint.udp("192.0.2.1", 1), Endpoint.udp("192.0.2.2", 7));
    try (EchoServer server = builder.start(kind.free())) {
      assertThrows(IOException.class, () -> {
        try (EchoClient connected = client.connect(server.endpoint())) {
          connected.send("hello");
        }
      });

      assertTrue(listener.awaitError().getMessage().endsWith("it is for datagrams"));
    }
  }

  @Test
  void nameAHostThatIsUnknown() throws Exception {
    client.proxyHeader(Endpoint.tcp("nosuchhost.invalid", 1), DESTINATION);
    try (EchoServer server = builder.start(kind.free())) {
      IOException e = assertThrows(IOException.class, () -> client.connect(server.endpoint()));

      assertEquals(
          "Connect to " + server.endpoint()
              + ": PROXY header with the unknown host of tcp://nosuchhost.invalid:1",
          e.getMessage());
    }
  }

  @Test
  void areRefusedByAServerThatExpectsNoHeader() throws Exception {
    EchoServer.Builder plain = EchoServer.builder().listener(listener);
    kind.set(plain, null);
    client.proxyHeader(SOURCE, DESTINATION);
    try (EchoServer server = plain.start(kind.free())) {
      assertThrows(IOException.class, () -> {
        try (EchoClient connected = client.connect(server.endpoint())) {
          connected.send("hello");
        }
      });

      String error = listener.awaitError().getMessage();
      assertTrue(error.endsWith("of the PROXY protocol, which is not expected"), error);
    }
  }

  @Test
  void refuseUdp() {
    String message = "proxyHeader is set, but udp://127.0.0.1:7 is UDP";
    client.proxyHeader(SOURCE, DESTINATION);
    PathProbe.Builder probe = PathProbe.builder().proxyHeader(SOURCE, DESTINATION);
    EchoClient.Builder overUdp = EchoClient.builder().proxyHeader(SOURCE, DESTINATION);

    assertEquals(
        message,
        assertThrows(IllegalArgumentException.class, () -> overUdp.connect(Endpoint.udp(7)))
            .getMessage());
    assertEquals(
        message,
        assertThrows(IllegalArgumentException.class, () -> probe.start(Endpoint.udp(7)))
            .getMessage());
  }

  @Test
  void refuseEndsOfTwoTransports() {
    Endpoint.Inet udp = Endpoint.udp("192.0.2.2", 7);

    assertEquals(
        "source tcp://192.0.2.1:51234 and destination udp://192.0.2.2:7 are not of one transport",
        assertThrows(IllegalArgumentException.class, () -> client.proxyHeader(SOURCE, udp))
            .getMessage());
  }
}

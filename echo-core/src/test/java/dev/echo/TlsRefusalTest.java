package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.internal.server.ServerBuilder;
import dev.echo.testing.Certificates;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.RecordingListener;
import dev.echo.testing.Wire;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who does not get in is told why, on both sides, and harms nobody. */
@Timeout(30)
class TlsRefusalTest {

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  private final RecordingListener listener = new RecordingListener();

  /** Which certificates and protocols meet, and what each side has to say about it. */
  private record Refusal(
      String name,
      SSLContext server,
      SSLParameters serverParameters,
      SSLContext client,
      SSLParameters clientParameters,
      String toServer,
      String toClient) {

    @Override
    public String toString() {
      return name;
    }
  }

  private static SSLParameters cipherSuite(String name) {
    SSLParameters parameters = new SSLParameters();
    parameters.setCipherSuites(new String[] {name});
    return parameters;
  }

  static Stream<Refusal> refusals() {
    return Stream.concat(
        Stream.of("TLSv1.2", "TLSv1.3").flatMap(TlsRefusalTest::ofCertificates),
        Stream.of(
            new Refusal(
                "protocols",
                Certificates.of("server"),
                Certificates.protocol("TLSv1.3"),
                Certificates.none(),
                Certificates.protocol("TLSv1.2"),
                "The client supported protocol versions [TLSv1.2] are not accepted",
                "no protocol version in common with the peer (alert protocol_version)"),
            new Refusal(
                "cipher suites",
                Certificates.of("server"),
                cipherSuite("TLS_AES_128_GCM_SHA256"),
                Certificates.none(),
                cipherSuite("TLS_AES_256_GCM_SHA384"),
                "no cipher suites in common",
                "the peer finds no cipher suite in common")));
  }

  private static Stream<Refusal> ofCertificates(String version) {
    SSLParameters open = Certificates.protocol(version);
    SSLParameters mutual = Certificates.protocol(version);
    mutual.setNeedClientAuth(true);
    SSLContext server = Certificates.of("server");
    SSLContext trusting = Certificates.none();
    return Stream.of(
        new Refusal(
            "expired " + version,
            Certificates.of("expired"),
            open,
            trusting,
            null,
            "(alert certificate_",
            "the peer's certificate has expired (NotAfter: "),
        new Refusal(
            "other name " + version,
            Certificates.of("elsewhere"),
            open,
            trusting,
            null,
            "refuses the certificate that it was shown (alert certificate_unknown)",
            "is refused (No subject alternative names matching IP address 127.0.0.1 found)"),
        new Refusal(
            "untrusted " + version,
            Certificates.of("stranger"),
            open,
            trusting,
            null,
            "refuses the certificate that it was shown (alert certificate_unknown)",
            "the peer's certificate is not trusted ("),
        new Refusal(
            "no client certificate " + version,
            server,
            mutual,
            trusting,
            null,
            "the peer has shown no certificate",
            "certificate"), // older and newer JDKs send different alerts
        new Refusal(
            "expired client certificate " + version,
            server,
            mutual,
            Certificates.of("expired"),
            null,
            "the peer's certificate has expired (NotAfter: ",
            "the peer refuses the certificate that it was shown"));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void tellsBothSidesWhy(Refusal refusal) throws Exception {
    try (EchoServer server = EchoServer.builder()
        .sslContext(refusal.server)
        .sslParameters(refusal.serverParameters)
        .listener(listener)
        .start(Endpoint.tcp(0))) {
      EchoClient.Builder builder = EchoClient.builder().sslContext(refusal.client);
      if (refusal.clientParameters != null) {
        builder.sslParameters(refusal.clientParameters);
      }

      SSLHandshakeException e =
          assertThrows(SSLHandshakeException.class, () -> sendHello(builder, server));

      assertContains(refusal.toClient, e.getMessage());
      assertContains(server.endpoint().toString(), e.getMessage());
      Throwable error = listener.awaitError();
      assertInstanceOf(SSLHandshakeException.class, error);
      assertContains(refusal.toServer, error.getMessage());
      assertContains("TLS handshake with tcp://127.0.0.1:", error.getMessage());
      assertEquals(0, server.stats().totalConnections());
    }
    assertEquals(List.of("start", "error", "termination"), listener.events);
  }

  /** Under TLS 1.3 a client is done before the server has seen its certificate. */
  private static void sendHello(EchoClient.Builder builder, EchoServer server) throws Exception {
    try (EchoClient client = builder.connect(server.endpoint())) {
      client.send("hello");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"LINES", "LENGTH_PREFIXED"})
  void tellsAPlainClientThatTheServerWantsTls(Framing framing) throws Exception {
    try (EchoServer server = EchoServer.builder()
            .sslContext(Certificates.of("server"))
            .framing(framing)
            .listener(listener)
            .start(Endpoint.tcp(0));
        EchoClient client = EchoClient.builder().framing(framing).connect(server.endpoint())) {
      IOException e = assertThrows(IOException.class, () -> client.send("hello"));

      assertEquals("The server at " + server.endpoint() + " wants TLS", e.getMessage());
      Throwable error = listener.awaitError();
      assertInstanceOf(SSLException.class, error);
      assertContains("the peer does not speak TLS", error.getMessage());

      try (EchoClient welcome = EchoClient.builder()
          .sslContext(Certificates.none())
          .framing(framing)
          .connect(server.endpoint())) {
        assertEquals("hello", welcome.send("hello").message().text());
      }
    }
  }

  @Test
  void doesNotResetAPeerThatIsStillSendingWhenItIsRefused() throws Exception {
    try (EchoServer server = new ServerBuilder()
            .sslContext(Certificates.of("server"))
            .nanoClock(() -> 0) // so that the peer closes first
            .start(Endpoint.tcp(0));
        Wire peer = Wire.to(server.endpoint())) {
      byte[] alerts = peer.send("plain text\n").receiveBytesToEnd();
      assertEquals(21, alerts[0]);

      for (int i = 0; i < 10; i++) { // to a closed socket one is sent, and the next one fails
        peer.send("more text\n".repeat(10_000));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"LINES", "LENGTH_PREFIXED"})
  void tellsAClientThatTheServerIsPlain(Framing framing) throws Exception {
    try (EchoServer server =
        EchoServer.builder().framing(framing).listener(listener).start(Endpoint.tcp(0))) {
      EchoClient.Builder builder =
          EchoClient.builder().sslContext(Certificates.none()).framing(framing);

      SSLHandshakeException e =
          assertThrows(SSLHandshakeException.class, () -> builder.connect(server.endpoint()));

      assertContains("closed by the peer, which may want no TLS", e.getMessage());
      Throwable error = listener.awaitError();
      assertInstanceOf(SSLException.class, error);
      assertContains("the peer wants TLS, which this server does not speak", error.getMessage());
      listener.awaitClose();
      try (EchoClient welcome = EchoClient.builder().framing(framing).connect(server.endpoint())) {
        assertEquals("hello", welcome.send("hello").message().text());
      }
    }
  }

  /** It is a message if it comes where one may begin, and the frame has begun. */
  @Test
  void sendsBackAMessageThatLooksLikeTheGreetingOfTls() throws Exception {
    byte[] greeting = {22, 3, 1, 0, 7, 1, 0, 0, 3, 3, 3, 'x'};
    try (EchoServer server =
            EchoServer.builder().framing(Framing.LENGTH_PREFIXED).start(Endpoint.tcp(0));
        Wire peer = Wire.to(server.endpoint())) {
      peer.send(new byte[] {0, 0, 0, 1, 'a', 0, 0, 0, 12});
      assertEquals(5, peer.receive(5).length());
      peer.send(greeting);

      assertEquals(16, peer.receive(16).length());
    }
  }

  @Test
  void takesNoNoticeOfThoseWhoOnlyLookWhetherThePortIsOpen() throws Exception {
    try (EchoServer server = EchoServer.builder()
        .sslContext(Certificates.of("server"))
        .listener(listener)
        .start(Endpoint.tcp(0))) {
      Wire.to(server.endpoint()).close();
      Wire.to(server.endpoint()).reset();
      sendHello(EchoClient.builder().sslContext(Certificates.none()), server);
    }
    assertEquals(List.of(), listener.allErrors);
  }

  /** Under RAW a server sends back whatever comes, and so its client gets its own greeting. */
  @Test
  void tellsAClientThatGetsItsOwnGreetingBack() throws Exception {
    try (EchoServer server = EchoServer.builder().framing(Framing.RAW).start(Endpoint.tcp(0))) {
      EchoClient.Builder builder = EchoClient.builder().sslContext(Certificates.none());

      SSLException e = assertThrows(SSLException.class, () -> builder.connect(server.endpoint()));

      assertContains("sends back what it receives, and wants no TLS", e.getMessage());
    }
  }

  @Test
  void tellsAClientThatTheServerSaysNothing() throws Exception {
    try (ServerSocket silent = new ServerSocket(0)) {
      EchoClient.Builder builder = EchoClient.builder()
          .sslContext(Certificates.none())
          .connectTimeout(Duration.ofMillis(50));

      SocketTimeoutException e = assertThrows(
          SocketTimeoutException.class, () -> builder.connect(Endpoint.tcp(silent.getLocalPort())));

      assertContains("timed out after 50 ms in the TLS handshake", e.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"udp://127.0.0.1:0", "unix:/tmp/echo-never.sock"})
  void refusesEndpointsThatAreNotTcp(String uri) {
    Endpoint endpoint = Endpoint.parse(uri);
    EchoServer.Builder server = EchoServer.builder().sslContext(Certificates.of("server"));
    EchoClient.Builder client = EchoClient.builder().sslContext(Certificates.none());

    for (Throwable e : new Throwable[] {
      assertThrows(IllegalArgumentException.class, () -> server.start(endpoint)),
      assertThrows(
          IllegalArgumentException.class,
          () -> client.connect(endpoint instanceof Endpoint.Udp ? Endpoint.udp(7) : endpoint))
    }) {
      assertContains("sslContext is set, but ", e.getMessage());
      assertContains(" is not TCP", e.getMessage());
    }
  }

  @Test
  void refusesParametersWithoutContextOrThatItDoesNotSupport() {
    SSLParameters odd = Certificates.protocol("TLSv9");
    EchoServer.Builder alone = EchoServer.builder().sslParameters(new SSLParameters());
    EchoClient.Builder alone2 = EchoClient.builder().sslParameters(new SSLParameters());
    EchoServer.Builder unsupported =
        EchoServer.builder().sslContext(Certificates.of("server")).sslParameters(odd);

    assertEquals(
        "sslParameters are set, but no sslContext",
        assertThrows(IllegalArgumentException.class, () -> alone.start(Endpoint.tcp(0)))
            .getMessage());
    assertThrows(IllegalArgumentException.class, () -> alone2.connect(Endpoint.tcp(7)));
    assertContains(
        "TLSv9",
        assertThrows(IllegalArgumentException.class, () -> unsupported.start(Endpoint.tcp(0)))
            .getMessage());
  }

  private static void assertContains(String part, String text) {
    assertTrue(text.contains(part), () -> text + " has no \"" + part + "\"");
  }

  @Test
  void namesAHeaderOfTheProxyProtocol() throws Exception {
    try (EchoServer server = EchoServer.builder()
            .sslContext(Certificates.of("server"))
            .listener(listener)
            .start(Endpoint.tcp(0));
        Wire balancer = Wire.to(server.endpoint())) {
      balancer.send("PROXY TCP4 192.0.2.1 192.0.2.2 51234 7007\r\n");

      String error = listener.awaitError().getMessage();
      assertTrue(error.contains("PROXY protocol"), error);
    }
  }
}

package dev.echo.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.Endpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class SelfSignedTest {

  @TempDir
  Path javaHome;

  @ParameterizedTest
  @CsvSource({
    "tls://localhost:0, ''",
    "tls://127.0.0.1:0, ''",
    "tls://0.0.0.0:0, 0.0.0.0",
  })
  void namesTheHostAndThisMachine(String endpoint, String host) throws Exception {
    InProcessServer server = InProcessServer.start(endpoint);
    int port = DemoEndpoint.parse(server.listeningEndpoint()).endpoint().port();
    TrustManager trust = Fingerprint.parse(server.fingerprint()).trustManager();
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {trust}, null);

    X509Certificate certificate;
    try (SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
      certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
      socket.getOutputStream().write("quit\n".getBytes());
      socket.getInputStream().readNBytes(5);
    }

    server.awaitEnd().assertSucceeded();
    List<String> names = certificate.getSubjectAlternativeNames().stream()
        .map(name -> name.get(1).toString())
        .sorted()
        .toList();
    Duration valid = Duration.between(
        certificate.getNotBefore().toInstant(), certificate.getNotAfter().toInstant());
    assertEquals(Duration.ofDays(365), valid);
    Stream<String> expected = Stream.of(host, "127.0.0.1", "localhost", "0:0:0:0:0:0:0:1");
    assertEquals(expected.filter(name -> !name.isEmpty()).sorted().toList(), names);
  }

  @Test
  void reportsAMissingKeytool() {
    Endpoint.Tcp endpoint = Endpoint.tcp(0);

    IOException e = assertThrows(IOException.class, () -> SelfSigned.create(javaHome, endpoint));

    String keytool = javaHome.resolve("bin").resolve("keytool").toString();
    assertEquals(
        "This JDK has no " + keytool + " to create a certificate; provide one with --keystore",
        e.getMessage());
  }

  @Test
  void reportsTheErrorOfTheKeytool() throws Exception {
    FakeKeytool jdk =
        FakeKeytool.in(javaHome, "echo keytool error: java.io.IOException: Full disk\nfalse");

    IOException e =
        assertThrows(IOException.class, () -> SelfSigned.create(jdk.home(), Endpoint.tcp(0)));

    assertEquals(
        "keytool created no certificate for tls://127.0.0.1:0: Full disk;"
            + " provide one with --keystore",
        e.getMessage());
  }

  @Test
  void protectsEachKeyWithANewPassword() throws Exception {
    FakeKeytool jdk = FakeKeytool.in(javaHome, "echo $ECHO_SELF_SIGNED_PASSWORD\nfalse");
    Set<String> messages = new HashSet<>();

    for (int i = 0; i < 3; i++) {
      messages.add(
          assertThrows(IOException.class, () -> SelfSigned.create(jdk.home(), Endpoint.tcp(0)))
              .getMessage());
    }

    assertEquals(3, messages.size(), messages::toString);
    assertTrue(
        messages.stream().allMatch(message -> message.matches(".*: \\p{XDigit}{32};.*")),
        messages::toString);
  }

  @Test
  void namesAnAddressWithoutItsZone() throws Exception {
    FakeKeytool jdk = FakeKeytool.in(javaHome, "echo \"$@\"\nfalse");
    Endpoint.Tcp endpoint = Endpoint.tcp("fe80::1%eth0", 0);

    IOException e = assertThrows(IOException.class, () -> SelfSigned.create(jdk.home(), endpoint));

    assertTrue(e.getMessage().contains("san=ip:fe80::1,dns:localhost"), e.getMessage());
  }

  @Test
  void endsTheKeytoolIfInterrupted() throws Exception {
    FakeKeytool jdk = FakeKeytool.in(javaHome, "read line # for ever");

    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> SelfSigned.create(jdk.home(), Endpoint.tcp(0)));

    for (ProcessHandle child : ProcessHandle.current().children().toList()) {
      child.onExit().get(30, TimeUnit.SECONDS);
    }
  }
}

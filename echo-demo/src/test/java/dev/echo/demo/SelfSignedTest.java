package dev.echo.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.echo.Endpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.util.List;
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
    Serving server = Serving.start(endpoint);
    int port = ((Endpoint.Tcp) DemoEndpoint.parse(server.listeningEndpoint()).endpoint()).port();
    TrustManager trust = Fingerprint.parse(server.fingerprint()).trust();
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
    Stream<String> expected = Stream.of(host, "127.0.0.1", "localhost", "0:0:0:0:0:0:0:1");
    assertEquals(expected.filter(name -> !name.isEmpty()).sorted().toList(), names);
  }

  @Test
  void tellsThatAJavaHasNoKeytool() {
    Endpoint.Tcp endpoint = Endpoint.tcp(0);

    IOException e = assertThrows(IOException.class, () -> SelfSigned.make(javaHome, endpoint));

    String keytool = javaHome.resolve("bin").resolve("keytool").toString();
    assertEquals(
        "This Java has no " + keytool + " to make a certificate; give one by --keystore",
        e.getMessage());
  }

  @Test
  void tellsWhatTheKeytoolSays() throws Exception {
    Path bin = Files.createDirectory(javaHome.resolve("bin"));
    Path keytool = Files.createFile(
        bin.resolve("keytool"),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Files.writeString(
        keytool, "#!/bin/sh\necho keytool error: java.io.IOException: Full disk\nfalse");

    IOException e =
        assertThrows(IOException.class, () -> SelfSigned.make(javaHome, Endpoint.tcp(0)));

    assertEquals(
        "keytool makes no certificate for tls://127.0.0.1:0: Full disk; give one by --keystore",
        e.getMessage());
  }
}

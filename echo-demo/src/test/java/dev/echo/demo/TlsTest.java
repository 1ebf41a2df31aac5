package dev.echo.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Server and client, together and alone, over TLS. */
@Timeout(60)
class TlsTest {

  private static final String KEYS = "--keystore=@server.p12 --keystore-password-file=@right ";
  private static final String EDITED = "--keystore=@server.p12 --keystore-password-file=@edited ";
  private static final String MUTUAL = KEYS + "--truststore=@trust.jks ";
  private static final String ELSEWHERE =
      "--keystore=@elsewhere.p12 --keystore-password-file=@right ";

  @TempDir
  static Path directory;

  private static Stores stores;

  @BeforeAll
  static void createStores() throws Exception {
    stores = Stores.create(directory);
  }

  @ParameterizedTest
  @ValueSource(strings = {"tls://127.0.0.1:0", "TLS://localhost:0"})
  void echoesWithASelfSignedCertificate(String endpoint) throws Exception {
    Run run = Run.of("hello\nquit\n", endpoint);

    run.assertSucceeded();
    run.assertPrinted(
        "Listening on tls://127.0.0.1:N", "Certificate SHA-256 F", "HELLO (from port N)  T");
  }

  @ParameterizedTest
  @ValueSource(strings = {KEYS, MUTUAL, EDITED})
  void echoesWithTheCertificatesOfFiles(String options) throws Exception {
    Run run = Run.of("hello\nquit\n", stores.commandLine(options + "tls://127.0.0.1:0"));

    run.assertSucceeded();
    String fingerprint = "Certificate SHA-256 " + stores.fingerprint("server") + "\n";
    assertTrue(run.out().contains(fingerprint), run.out());
    assertTrue(run.out().contains("HELLO (from port "), run.out());
  }

  @Test
  void connectsToTheServerWithTheFingerprint() throws Exception {
    InProcessServer server = InProcessServer.start("tls://127.0.0.1:0");
    String endpoint = server.listeningEndpoint();
    String fingerprint = server.fingerprint();
    String digits = fingerprint.replace(":", "").toLowerCase(Locale.ROOT);

    Run first = Run.of("hello\n", "connect", "--fingerprint=" + fingerprint, endpoint);
    Run second = Run.of("hello\nquit\n", "connect", "--fingerprint", digits, endpoint);

    first.assertSucceeded();
    first.assertPrinted("HELLO (from port N)  T");
    second.assertSucceeded();
    second.assertPrinted("HELLO (from port N)  T");
    server.awaitEnd().assertSucceeded();
  }

  @Test
  void refusesAServerWithAnotherFingerprint() throws Exception {
    InProcessServer server = serve(KEYS);
    String endpoint = server.listeningEndpoint();
    String shown = server.fingerprint();
    String other = stores.fingerprint("client");

    Run refused = Run.of("hello\n", "connect", "--fingerprint=" + other, endpoint);

    refused.assertFailed(1, endpoint, "is " + shown, "trust it with --fingerprint");
    assertEquals("", refused.out());
    end(server, "connect --fingerprint=" + shown + " " + endpoint);
    server.awaitEnd().assertFailed(0, "with tls://127.0.0.1:", "refuses the certificate");
  }

  @Test
  void ignoresTheNameOfAServerWithTheFingerprint() throws Exception {
    InProcessServer server = serve(ELSEWHERE);
    String endpoint = server.listeningEndpoint();

    Run run = Run.of("quit\n", "connect", "--fingerprint=" + server.fingerprint(), endpoint);

    run.assertSucceeded();
    server.awaitEnd().assertSucceeded();
  }

  @Test
  void refusesATrustedServerOfAnotherName() throws Exception {
    InProcessServer server = serve(ELSEWHERE);
    String endpoint = server.listeningEndpoint();

    Run refused =
        Run.of("hello\n", stores.commandLine("connect --truststore=@trust.jks " + endpoint));

    refused.assertFailed(1, "is refused", "127.0.0.1", "trust it with --fingerprint");
    end(server, "connect --fingerprint=" + server.fingerprint() + " " + endpoint);
  }

  @Test
  void trustsOnlyTheAuthoritiesOfTheJdk() throws Exception {
    InProcessServer server = serve(KEYS);
    String endpoint = server.listeningEndpoint();

    Run refused = Run.of("hello\n", "connect", endpoint);

    refused.assertFailed(1, "is not trusted", "trust it with --fingerprint or --truststore");
    end(server, "connect --fingerprint=" + server.fingerprint() + " " + endpoint);
  }

  @Test
  void acceptsOnlyClientsWithATrustedCertificate() throws Exception {
    InProcessServer server = serve(MUTUAL);
    String connect =
        " --truststore=@trust.p12 --truststore-password-file=@right " + server.listeningEndpoint();
    String keys = "connect --keystore=@client.p12 --keystore-password-file=@right";

    Run refused = Run.of("hello\n", stores.commandLine("connect" + connect));
    Run accepted = Run.of("hello\nquit\n", stores.commandLine(keys + connect));

    refused.assertFailed(
        1, "wants a certificate", "present one that the server trusts, with --keystore");
    assertEquals("", refused.out());
    accepted.assertSucceeded();
    accepted.assertPrinted("HELLO (from port N)  T");
    server.awaitEnd().assertFailed(0, "the peer has shown no certificate");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--keystore=@none                        | none: no such file or directory",
        "--keystore=@                            | is not a regular file",
        "--keystore=@server.p12                  | set ECHO_KEYSTORE_PASSWORD",
        "--keystore=@server.p12 K=@wrong         | server.p12 has a different password",
        "--keystore=@server.p12 K=@empty         | server.p12 has a different password",
        "--keystore=@server.p12 K=@none          | none: no such file or directory",
        "--keystore=@server.p12 K=@server.p12    | can't be read as text",
        "--keystore=@server.p12 K=@right/a       | right/a: ",
        "--keystore=@server.p12 K=/dev/zero      | more than 8192 bytes",
        "--keystore=@right K=@right              | is neither PKCS12 nor JKS",
        "--keystore=@trust.p12 K=@right          | has no private key",
        "--keystore=@all.p12 K=@right            | has 3 private keys",
        "--truststore=@none                      | none: no such file or directory",
        "--truststore=@trust.jks T=@wrong        | trust.jks has a different password",
        "--truststore=@trust.p12                 | without its password",
      })
  void reportsUnusableFiles(String files, String reason) throws Exception {
    String options = files
        .replace(" K=", " --keystore-password-file=")
        .replace(" T=", " --truststore-password-file=");
    for (String commandLine : new String[] {"%s tls://[::1]:0", "connect %s tls://[::1]:7"}) {
      Run run = Run.of("hello\n", stores.commandLine(commandLine.formatted(options)));

      run.assertFailed(1, options.split("=")[0], reason);
      assertEquals("", run.out());
    }
  }

  @Test
  void reportsAServerWithoutTls() throws Exception {
    InProcessServer server = InProcessServer.start("tcp://127.0.0.1:0");
    String endpoint = server.listeningEndpoint();

    Run refused = Run.of("hello\n", "connect", endpoint.replace("tcp", "tls"));

    refused.assertFailed(1, "tls" + endpoint.substring(3), "TLS");
    end(server, "connect " + endpoint);
  }

  @Test
  void reportsAServerThatWantsTls() throws Exception {
    InProcessServer server = serve(KEYS);
    String endpoint = server.listeningEndpoint();

    Run plain = Run.of("hello\n", "connect", "tcp" + endpoint.substring(3));

    plain.assertFailed(1, "wants TLS; use tls://HOST:PORT");
    end(server, "connect --fingerprint=" + server.fingerprint() + " " + endpoint);
  }

  private static InProcessServer serve(String options) throws Exception {
    return InProcessServer.start(stores.commandLine(options + "tls://127.0.0.1:0"));
  }

  private static void end(InProcessServer server, String commandLine) throws Exception {
    Run.of("quit\n", commandLine.split(" ")).assertSucceeded();
    assertEquals(0, server.awaitEnd().status());
  }
}

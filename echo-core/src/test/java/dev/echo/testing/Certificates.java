package dev.echo.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;

/** Keys and certificates, which the JDK's keytool makes for each run of the tests. */
public final class Certificates {

  private static final String PASSWORD = "changeit";
  private static final KeyStore ALL = makeAll();

  private Certificates() {}

  /** A context that shows nothing, and trusts those that the authority has signed. */
  public static SSLContext none() {
    return context(null);
  }

  /** A context that shows a certificate: server, client, expired, elsewhere or stranger. */
  public static SSLContext of(String name) {
    return context(name);
  }

  /** Parameters that allow one version of TLS only, such as TLSv1.3. */
  public static SSLParameters protocol(String version) {
    SSLParameters parameters = new SSLParameters();
    parameters.setProtocols(new String[] {version});
    return parameters;
  }

  private static SSLContext context(String name) {
    try {
      KeyStore trust = empty();
      trust.setCertificateEntry("authority", ALL.getCertificate("authority"));
      TrustManagerFactory trustManagers =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trustManagers.init(trust);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          name == null ? new KeyManager[0] : keyManagers(name),
          trustManagers.getTrustManagers(),
          null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyManager[] keyManagers(String name) throws GeneralSecurityException {
    KeyStore keys = empty();
    char[] password = PASSWORD.toCharArray();
    keys.setKeyEntry(name, ALL.getKey(name, password), password, ALL.getCertificateChain(name));
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(keys, password);
    return factory.getKeyManagers();
  }

  private static KeyStore empty() throws GeneralSecurityException {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      return store;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes a file with a certificate and its key, as other programs want them. */
  public static void writePem(String name, Path file) throws IOException {
    try {
      StringBuilder pem = new StringBuilder();
      append(pem, "PRIVATE KEY", ALL.getKey(name, PASSWORD.toCharArray()).getEncoded());
      for (Certificate certificate : ALL.getCertificateChain(name)) {
        append(pem, "CERTIFICATE", certificate.getEncoded());
      }
      Files.writeString(file, pem);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Writes a file with the certificate of the authority. */
  public static void writeAuthority(Path file) throws IOException {
    try {
      StringBuilder pem = new StringBuilder();
      append(pem, "CERTIFICATE", ALL.getCertificate("authority").getEncoded());
      Files.writeString(file, pem);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void append(StringBuilder pem, String what, byte[] encoded) {
    String text = Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(encoded);
    pem.append("-----BEGIN ").append(what).append("-----\n").append(text);
    pem.append("\n-----END ").append(what).append("-----\n");
  }

  private static KeyStore makeAll() {
    try {
      Path directory = Files.createTempDirectory("echo");
      Path store = directory.resolve("all.p12");
      Path log = directory.resolve("keytool.log");
      try {
        makeAll(store, log);
        return KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
      } finally {
        Files.deleteIfExists(store);
        Files.deleteIfExists(log);
        Files.delete(directory);
      }
    } catch (GeneralSecurityException | InterruptedException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void makeAll(Path store, Path log) throws IOException, InterruptedException {
    String here = "-ext san=dns:localhost,ip:127.0.0.1";
    make(store, log, "authority", "-ext bc:c");
    make(store, log, "server", "-signer authority " + here);
    make(store, log, "client", "-signer authority");
    make(store, log, "expired", "-signer authority -startdate -9d -validity 5 " + here);
    make(store, log, "elsewhere", "-signer authority -ext san=dns:elsewhere.example");
    make(store, log, "stranger", here);
  }

  private static void make(Path store, Path log, String name, String options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(
        "-genkeypair",
        "-keyalg",
        "EC",
        "-groupname",
        "secp256r1",
        "-keystore",
        store.toString(),
        "-storepass",
        PASSWORD));
    command.addAll(List.of("-alias", name, "-dname", "CN=" + name));
    command.addAll(List.of(options.split(" ")));
    Process keytool = new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
    boolean ended = keytool.waitFor(30, TimeUnit.SECONDS);
    String output = Files.readString(log);
    assertEquals("true 0", ended + " " + (ended ? keytool.exitValue() : "-"), output);
  }
}

package dev.echo;

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
final class Certificates {

  private static final String PASSWORD = "changeit";
  private static final Path DIRECTORY = directory();
  private static final KeyStore ALL = makeAll();

  private Certificates() {}

  /** A context that shows nothing, and trusts those that the authority has signed. */
  static SSLContext none() {
    return context(null);
  }

  /** A context that shows a certificate: server, client, expired, elsewhere or stranger. */
  static SSLContext of(String name) {
    return context(name);
  }

  /** Parameters that allow one version of TLS only, such as TLSv1.3. */
  static SSLParameters protocol(String version) {
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

  /** A file with a certificate and its key, as other programs want them. */
  static Path pem(String name) {
    try {
      StringBuilder pem = new StringBuilder();
      append(pem, "PRIVATE KEY", ALL.getKey(name, PASSWORD.toCharArray()).getEncoded());
      for (Certificate certificate : ALL.getCertificateChain(name)) {
        append(pem, "CERTIFICATE", certificate.getEncoded());
      }
      return write(name, pem);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file with the certificate of the authority. */
  static Path authority() {
    try {
      StringBuilder pem = new StringBuilder();
      append(pem, "CERTIFICATE", ALL.getCertificate("authority").getEncoded());
      return write("authority", pem);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path write(String name, StringBuilder pem) throws IOException {
    Path file = DIRECTORY.resolve(name + ".pem");
    file.toFile().deleteOnExit();
    return Files.writeString(file, pem);
  }

  private static void append(StringBuilder pem, String what, byte[] encoded) {
    String text = Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(encoded);
    pem.append("-----BEGIN ").append(what).append("-----\n").append(text);
    pem.append("\n-----END ").append(what).append("-----\n");
  }

  private static KeyStore makeAll() {
    String here = "-ext san=dns:localhost,ip:127.0.0.1";
    make("authority", "-ext bc:c");
    make("server", "-signer authority " + here);
    make("client", "-signer authority");
    make("expired", "-signer authority -startdate -9d -validity 5 " + here);
    make("elsewhere", "-signer authority -ext san=dns:elsewhere.example");
    make("stranger", here);
    try {
      return KeyStore.getInstance(store().toFile(), PASSWORD.toCharArray());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void make(String name, String options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(
        "-genkeypair",
        "-keyalg",
        "EC",
        "-groupname",
        "secp256r1",
        "-keystore",
        store().toString(),
        "-storepass",
        PASSWORD));
    command.addAll(List.of("-alias", name, "-dname", "CN=" + name));
    command.addAll(List.of(options.split(" ")));
    try {
      Process keytool = new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(DIRECTORY.resolve("keytool.log").toFile())
          .start();
      boolean ended = keytool.waitFor(30, TimeUnit.SECONDS);
      String output = Files.readString(DIRECTORY.resolve("keytool.log"));
      assertEquals("true 0", ended + " " + (ended ? keytool.exitValue() : "-"), output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Path store() {
    return DIRECTORY.resolve("all.p12");
  }

  private static Path directory() {
    try {
      Path directory = Files.createTempDirectory("echo");
      directory.toFile().deleteOnExit(); // after the files, which are named later
      for (String file : List.of("keytool.log", "all.p12")) {
        directory.resolve(file).toFile().deleteOnExit();
      }
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package dev.echo.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import okhttp3.tls.HeldCertificate;

/** Keys and certificates, made anew in each run of the tests, in milliseconds. */
public final class Certificates {

  /** That of each key, and of the files that hold them. */
  public static final String PASSWORD = "changeit";

  private static final List<String> HERE = List.of("localhost", "127.0.0.1");
  private static final HeldCertificate AUTHORITY = new HeldCertificate.Builder()
      .commonName("authority")
      .certificateAuthority(0)
      .build();

  private static final Map<String, HeldCertificate> ALL = Stream.of(
          make("server", HERE).signedBy(AUTHORITY),
          make("client", List.of()).signedBy(AUTHORITY),
          make("expired", HERE).signedBy(AUTHORITY).validityInterval(daysAgo(9), daysAgo(4)),
          make("elsewhere", List.of("elsewhere.example")).signedBy(AUTHORITY),
          make("stranger", HERE))
      .map(HeldCertificate.Builder::build)
      .collect(Collectors.toMap(Certificates::name, held -> held));

  /** What is encrypted in a key store takes longer to read than a handshake. */
  private static final Map<String, KeyManagerFactory> KEY_MANAGERS = new ConcurrentHashMap<>();

  private Certificates() {}

  private static HeldCertificate.Builder make(String name, List<String> hosts) {
    HeldCertificate.Builder builder = new HeldCertificate.Builder().commonName(name);
    hosts.forEach(builder::addSubjectAlternativeName);
    return builder;
  }

  private static long daysAgo(int days) {
    return System.currentTimeMillis() - Duration.ofDays(days).toMillis();
  }

  private static String name(HeldCertificate held) {
    return held.certificate().getSubjectX500Principal().getName().replace("CN=", "");
  }

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
      KeyStore trust = emptyStore();
      trust.setCertificateEntry("authority", AUTHORITY.certificate());
      TrustManagerFactory trustManagers =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trustManagers.init(trust);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          name == null ? null : keyManagers(name).getKeyManagers(),
          trustManagers.getTrustManagers(),
          null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What shows a certificate to those who ask for no context. */
  public static KeyManagerFactory keyManagers(String name) {
    return KEY_MANAGERS.computeIfAbsent(name, Certificates::readKeyManagers);
  }

  private static KeyManagerFactory readKeyManagers(String name) {
    try {
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(keyStore(name), PASSWORD.toCharArray());
      return factory;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyStore keyStore(String name) throws GeneralSecurityException {
    HeldCertificate held = ALL.get(name);
    KeyStore store = emptyStore();
    store.setKeyEntry(name, held.keyPair().getPrivate(), PASSWORD.toCharArray(), new Certificate[] {
      held.certificate()
    });
    return store;
  }

  private static KeyStore emptyStore() throws GeneralSecurityException {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      return store;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes a file with a certificate and its key, as the JDK wants them. */
  public static void writeStore(String name, Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      keyStore(name).store(out, PASSWORD.toCharArray());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Writes a file with a certificate and its key, as other programs want them. */
  public static void writePem(String name, Path file) throws IOException {
    HeldCertificate held = ALL.get(name);
    Files.writeString(file, held.privateKeyPkcs8Pem() + held.certificatePem());
  }

  /** Writes a file with the certificate of the authority. */
  public static void writeAuthority(Path file) throws IOException {
    Files.writeString(file, AUTHORITY.certificatePem());
  }
}

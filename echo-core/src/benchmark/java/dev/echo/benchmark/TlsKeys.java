package dev.echo.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** A certificate that the JDK's keytool makes, and clients that do not look at it. */
final class TlsKeys {

  private static final String PASSWORD = "changeit";

  private TlsKeys() {}

  static SSLContext server() throws IOException, GeneralSecurityException, InterruptedException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keyManagers().getKeyManagers(), null, null);
    return context;
  }

  static KeyManagerFactory keyManagers()
      throws IOException, GeneralSecurityException, InterruptedException {
    Path directory = Files.createTempDirectory("echo");
    Path store = directory.resolve("keys.p12");
    try {
      int status = new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
              "-genkeypair",
              "-keyalg",
              "EC",
              "-groupname",
              "secp256r1",
              "-alias",
              "server",
              "-dname",
              "CN=server",
              "-keystore",
              store.toString(),
              "-storepass",
              PASSWORD)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
      if (status != 0) {
        throw new IOException("keytool ended with " + status);
      }
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(
          KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray()), PASSWORD.toCharArray());
      return factory;
    } finally {
      Files.deleteIfExists(store);
      Files.delete(directory);
    }
  }

  static SSLContext client() throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new TrustsAll()}, null);
    return context;
  }

  private static final class TrustsAll implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}

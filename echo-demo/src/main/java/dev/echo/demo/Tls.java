package dev.echo.demo;

import dev.echo.EchoClient;
import dev.echo.EchoServer;
import dev.echo.probe.PathProbe;
import java.io.IOException;
import java.security.GeneralSecurityException;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;

/**
 * The TLS settings of the server or client.
 *
 * @param keys the key and certificate to present, or null
 * @param trusted the certificates to trust. If null, a server accepts every client, and a client
 *     trusts the authorities that the JDK trusts
 * @param fingerprint of the server: the only certificate that a client trusts, or null to trust as
 *     above
 */
record Tls(Store keys, Store trusted, Fingerprint fingerprint) {

  void configure(EchoServer.Builder builder) throws IOException {
    SSLParameters parameters = new SSLParameters();
    parameters.setNeedClientAuth(trusted != null);
    builder.sslContext(context(trustManagers())).sslParameters(parameters);
  }

  void configure(EchoClient.Builder builder) throws IOException {
    builder.sslContext(clientContext());
  }

  void configure(PathProbe.Builder builder) throws IOException {
    builder.sslContext(clientContext());
  }

  private SSLContext clientContext() throws IOException {
    return fingerprint == null ? context(trustManagers()) : context(fingerprint.trustManager());
  }

  private TrustManager[] trustManagers() throws IOException {
    return trusted == null ? null : trusted.trustManagers();
  }

  private SSLContext context(TrustManager... trustManagers) throws IOException {
    KeyManager[] keyManagers = keys == null ? null : keys.keyManagers();
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keyManagers, trustManagers, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS: " + e.getMessage(), e);
    }
  }
}

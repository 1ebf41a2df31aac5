package dev.echo.demo;

import dev.echo.EchoClient;
import dev.echo.EchoServer;
import java.io.IOException;
import java.security.GeneralSecurityException;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;

/**
 * What secures the connections of this process.
 *
 * @param keys what to show, or null
 * @param trusted whom to trust, or null: a server then lets everybody in, and a client trusts whom
 *     the JDK trusts
 * @param server the only server that a client trusts, or null to trust as above
 */
record Tls(Store keys, Store trusted, Fingerprint server) {

  void secure(EchoServer.Builder builder) throws IOException {
    SSLParameters parameters = new SSLParameters();
    parameters.setNeedClientAuth(trusted != null);
    builder.sslContext(context(trustManagers())).sslParameters(parameters);
  }

  void secure(EchoClient.Builder builder) throws IOException {
    builder.sslContext(server == null ? context(trustManagers()) : context(server.trust()));
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

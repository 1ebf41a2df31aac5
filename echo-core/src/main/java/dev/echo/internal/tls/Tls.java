package dev.echo.internal.tls;

import dev.echo.Endpoint;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/** What the connections of a server or a client are secured with. */
public final class Tls {

  private final SSLContext context;
  private final SSLParameters parameters;

  private Tls(SSLContext context, SSLParameters parameters) {
    this.context = context;
    this.parameters = parameters;
  }

  /** Returns null if the connections are plain. */
  public static Tls forServer(SSLContext context, SSLParameters parameters) {
    return of(context, parameters, false);
  }

  /** As {@link #forServer}; unless told otherwise, the server's name must be in its certificate. */
  public static Tls forClient(SSLContext context, SSLParameters parameters) {
    Tls tls = of(context, parameters, true);
    if (tls != null && tls.parameters.getEndpointIdentificationAlgorithm() == null) {
      tls.parameters.setEndpointIdentificationAlgorithm("HTTPS"); // RFC 2818, as in java.net.http
    }
    return tls;
  }

  private static Tls of(SSLContext context, SSLParameters parameters, boolean client) {
    if (context == null && parameters == null) {
      return null;
    } else if (context == null) {
      throw new IllegalArgumentException("sslParameters are set, but no sslContext");
    }
    SSLEngine engine = engine(context);
    engine.setUseClientMode(client);
    if (parameters != null) {
      engine.setSSLParameters(parameters);
    }
    // What an engine gives back is a copy, with what newer JDKs have added, too.
    return new Tls(context, engine.getSSLParameters());
  }

  private static SSLEngine engine(SSLContext context) {
    try {
      return context.createSSLEngine();
    } catch (IllegalStateException e) {
      throw new IllegalArgumentException("sslContext is not initialized", e);
    }
  }

  /** Refuses endpoints whose connections can't be secured. */
  public static void require(Endpoint endpoint) {
    if (!(endpoint instanceof Endpoint.Tcp)) {
      throw new IllegalArgumentException("sslContext is set, but " + endpoint + " is not TCP");
    }
  }

  public SSLEngine acceptingEngine() {
    return configured(context.createSSLEngine(), false);
  }

  /** The name serves to check the certificate and, by SNI (RFC 6066), to ask for it. */
  public SSLEngine connectingEngine(Endpoint.Tcp server) {
    return configured(context.createSSLEngine(server.host(), server.port()), true);
  }

  private SSLEngine configured(SSLEngine engine, boolean client) {
    engine.setUseClientMode(client);
    engine.setSSLParameters(parameters);
    return engine;
  }
}

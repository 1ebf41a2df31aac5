package dev.echo.internal.server;

import dev.echo.Endpoint;
import dev.echo.internal.RemotePeer;
import java.util.Optional;
import javax.net.ssl.SSLSession;

/** A peer that has a TLS session once the handshake is done, if there is one. */
class TlsPeer extends RemotePeer {

  /** Null until the handshake is done. */
  private SSLSession session;

  TlsPeer(long number, Endpoint endpoint) {
    super(number, endpoint);
  }

  void secured(SSLSession established) {
    session = established;
  }

  @Override
  public final Optional<SSLSession> tlsSession() {
    return Optional.ofNullable(session);
  }
}

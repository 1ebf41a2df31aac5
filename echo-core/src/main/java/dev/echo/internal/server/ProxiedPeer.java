package dev.echo.internal.server;

import dev.echo.Endpoint;
import java.util.Optional;

/** The peer of a connection that comes through a proxy, with or without TLS. */
final class ProxiedPeer extends TlsPeer {

  private final Endpoint proxy;

  /**
   * @param endpoint of the client, or of the proxy as long as it speaks for itself
   */
  ProxiedPeer(long number, Endpoint endpoint, Endpoint proxy) {
    super(number, endpoint);
    this.proxy = proxy;
  }

  @Override
  public Optional<Endpoint> proxy() {
    return Optional.of(proxy);
  }
}

package dev.echo.internal.client;

import dev.echo.Framing;
import dev.echo.QuitPredicate;
import dev.echo.internal.codec.ProxyAddresses;
import dev.echo.internal.tls.Tls;
import java.time.Duration;

/** What a client was built with. */
final class ClientConfig {
  final QuitPredicate quitPredicate;
  final Framing framing;
  final int maxMessageSize;
  final Duration connectTimeout;
  final Duration timeout;
  final Duration busyPoll;

  /** Null if the connection is plain. */
  final Tls tls;

  /** Null if no PROXY header is sent. */
  final ProxyAddresses proxyAddresses;

  /** Whether what looks like an alert of TLS is one; under RAW it may be a reply. */
  final boolean mayBeRefused;

  ClientConfig(ClientBuilder builder) {
    quitPredicate = builder.quitPredicate;
    framing = builder.framing;
    maxMessageSize = builder.maxMessageSize;
    connectTimeout = builder.connectTimeout;
    timeout = builder.timeout;
    busyPoll = builder.busyPoll;
    tls = Tls.forClient(builder.sslContext, builder.sslParameters);
    proxyAddresses = builder.proxyAddresses;
    mayBeRefused = tls == null && framing != Framing.RAW;
  }
}

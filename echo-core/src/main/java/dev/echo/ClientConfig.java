package dev.echo;

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

  ClientConfig(EchoClient.Builder builder) {
    quitPredicate = builder.quitPredicate;
    framing = builder.framing;
    maxMessageSize = builder.maxMessageSize;
    connectTimeout = builder.connectTimeout;
    timeout = builder.timeout;
    busyPoll = builder.busyPoll;
    tls = Tls.forClient(builder.sslContext, builder.sslParameters);
  }
}

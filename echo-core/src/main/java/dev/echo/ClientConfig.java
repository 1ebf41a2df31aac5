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

  ClientConfig(EchoClient.Builder builder) {
    quitPredicate = builder.quitPredicate;
    framing = builder.framing;
    maxMessageSize = builder.maxMessageSize;
    connectTimeout = builder.connectTimeout;
    timeout = builder.timeout;
    busyPoll = builder.busyPoll;
  }
}

package dev.echo;

import java.time.Duration;

/** What a client was built with. */
record ClientConfig(
    QuitPredicate quitPredicate,
    Framing framing,
    int maxMessageSize,
    Duration connectTimeout,
    Duration timeout) {}

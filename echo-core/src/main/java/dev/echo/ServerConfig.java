package dev.echo;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * What a server was built with.
 *
 * @param executor where user code runs, or null for the event loops
 * @param nanoClock the time in nanoseconds, which never goes back and starts near 0
 */
record ServerConfig(
    MessageTransformer transformer,
    QuitPredicate quitPredicate,
    QuitScope quitScope,
    Framing framing,
    int maxMessageSize,
    int maxConnections,
    Duration idleTimeout,
    Duration closeTimeout,
    int eventLoops,
    Executor executor,
    Duration busyPoll,
    EchoListener listener,
    LongSupplier nanoClock) {}

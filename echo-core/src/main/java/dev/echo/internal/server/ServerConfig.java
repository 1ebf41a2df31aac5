package dev.echo.internal.server;

import dev.echo.EchoListener;
import dev.echo.Endpoint;
import dev.echo.FaultPlan;
import dev.echo.Framing;
import dev.echo.MessageTransformer;
import dev.echo.QuitPredicate;
import dev.echo.QuitScope;
import dev.echo.internal.tls.Tls;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/** What a server was built with. */
final class ServerConfig {
  final MessageTransformer transformer;
  final QuitPredicate quitPredicate;
  final QuitScope quitScope;

  /** Null if no reply has a fault. */
  final FaultPlan faults;

  final Framing framing;
  final int maxMessageSize;
  final int maxConnections;
  final long maxBufferedBytes;

  /** Messages a second, or 0 for any number. */
  final int maxSenderRate;

  final Duration idleTimeout;
  final Duration handshakeTimeout;
  final Duration closeTimeout;
  final int eventLoops;

  /** Where user code runs, or null for the event loops. */
  final Executor executor;

  final Duration busyPoll;

  /** Null if nobody listens. */
  final EchoListener listener;

  /** Which proxies may say for whom they connect, or null if connections begin without a header. */
  final Predicate<? super Endpoint> trustedProxies;

  /** Null if connections are plain. */
  final Tls tls;

  /**
   * Whether what looks like the beginning of another protocol is one; under RAW it may be a
   * message.
   */
  final boolean detectsProtocols;

  /** The time in nanoseconds, which never goes back and starts near 0. */
  final LongSupplier nanoClock;

  ServerConfig(ServerBuilder builder) {
    transformer = builder.transformer;
    quitPredicate = builder.quitPredicate;
    quitScope = builder.quitScope;
    faults = builder.faults;
    framing = builder.framing;
    maxMessageSize = builder.maxMessageSize;
    maxConnections = builder.maxConnections;
    maxBufferedBytes = builder.maxBufferedBytes;
    maxSenderRate = builder.maxSenderRate;
    idleTimeout = builder.idleTimeout;
    handshakeTimeout = builder.handshakeTimeout;
    closeTimeout = builder.closeTimeout;
    eventLoops = builder.eventLoops;
    executor = builder.executor;
    busyPoll = builder.busyPoll;
    listener = builder.listener;
    trustedProxies = builder.trustedProxies;
    tls = Tls.forServer(builder.sslContext, builder.sslParameters);
    detectsProtocols = tls == null && framing != Framing.RAW;
    long origin = System.nanoTime();
    nanoClock = builder.nanoClock != null ? builder.nanoClock : () -> System.nanoTime() - origin;
  }

  /** Whether over UDP another thread sends than the one that receives. */
  boolean usesReplyThread() {
    return executor != null || faults != null;
  }
}

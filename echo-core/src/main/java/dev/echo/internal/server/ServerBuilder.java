package dev.echo.internal.server;

import dev.echo.EchoListener;
import dev.echo.EchoServer;
import dev.echo.Endpoint;
import dev.echo.FaultPlan;
import dev.echo.Framing;
import dev.echo.MessageTransformer;
import dev.echo.QuitPredicate;
import dev.echo.QuitScope;
import dev.echo.internal.Settings;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/** The settings of a server to be. */
public final class ServerBuilder implements EchoServer.Builder {

  MessageTransformer transformer = MessageTransformer.identity();
  QuitPredicate quitPredicate = QuitPredicate.never();
  QuitScope quitScope = QuitScope.CONNECTION;
  FaultPlan faults;
  Framing framing = Framing.LINES;
  int maxMessageSize = 65_536;
  int maxConnections = 10_000;
  long maxBufferedBytes = Runtime.getRuntime().maxMemory() / 4;
  int maxSenderRate;
  Duration idleTimeout = Duration.ofMinutes(5);
  Duration closeTimeout = Duration.ofSeconds(2);
  int eventLoops = 1;
  Executor executor;
  Duration busyPoll = Duration.ZERO;
  EchoListener listener;
  Duration handshakeTimeout = Duration.ofSeconds(10);
  SSLContext sslContext;
  SSLParameters sslParameters;
  Predicate<? super Endpoint> trustedProxies;
  LongSupplier nanoClock;

  @Override
  public ServerBuilder transformer(MessageTransformer transformer) {
    this.transformer = Objects.requireNonNull(transformer, "transformer");
    return this;
  }

  @Override
  public ServerBuilder quitWhen(QuitPredicate predicate) {
    return quitWhen(predicate, QuitScope.CONNECTION);
  }

  @Override
  public ServerBuilder quitWhen(QuitPredicate predicate, QuitScope scope) {
    this.quitPredicate = Objects.requireNonNull(predicate, "predicate");
    this.quitScope = Objects.requireNonNull(scope, "scope");
    return this;
  }

  @Override
  public ServerBuilder faults(FaultPlan plan) {
    this.faults = Objects.requireNonNull(plan, "plan");
    return this;
  }

  @Override
  public ServerBuilder framing(Framing framing) {
    this.framing = Objects.requireNonNull(framing, "framing");
    return this;
  }

  @Override
  public ServerBuilder maxMessageSize(int bytes) {
    this.maxMessageSize = Settings.inRange(bytes, 1, Settings.MAX_MESSAGE_SIZE, "maxMessageSize");
    return this;
  }

  @Override
  public ServerBuilder maxConnections(int connections) {
    this.maxConnections = Settings.inRange(connections, 1, Integer.MAX_VALUE, "maxConnections");
    return this;
  }

  @Override
  public ServerBuilder maxBufferedBytes(long bytes) {
    this.maxBufferedBytes = Settings.positive(bytes, "maxBufferedBytes");
    return this;
  }

  @Override
  public ServerBuilder maxSenderRate(int messagesPerSecond) {
    this.maxSenderRate = Settings.inRange(messagesPerSecond, 1, 1_000_000, "maxSenderRate");
    return this;
  }

  @Override
  public ServerBuilder idleTimeout(Duration timeout) {
    this.idleTimeout = Settings.positive(timeout, "idleTimeout");
    return this;
  }

  @Override
  public ServerBuilder closeTimeout(Duration timeout) {
    this.closeTimeout = Settings.notNegative(timeout, "closeTimeout");
    return this;
  }

  @Override
  public ServerBuilder eventLoops(int threads) {
    this.eventLoops = Settings.inRange(threads, 1, 1024, "eventLoops");
    return this;
  }

  @Override
  public ServerBuilder executor(Executor executor) {
    this.executor = Objects.requireNonNull(executor, "executor");
    return this;
  }

  @Override
  public ServerBuilder busyPoll(Duration limit) {
    this.busyPoll = Settings.notNegative(limit, "busyPoll");
    return this;
  }

  @Override
  public ServerBuilder listener(EchoListener listener) {
    this.listener = Objects.requireNonNull(listener, "listener");
    return this;
  }

  @Override
  public ServerBuilder sslContext(SSLContext context) {
    this.sslContext = Objects.requireNonNull(context, "context");
    return this;
  }

  @Override
  public ServerBuilder sslParameters(SSLParameters parameters) {
    this.sslParameters = Objects.requireNonNull(parameters, "parameters");
    return this;
  }

  @Override
  public ServerBuilder handshakeTimeout(Duration timeout) {
    this.handshakeTimeout = Settings.positive(timeout, "handshakeTimeout");
    return this;
  }

  @Override
  public ServerBuilder proxyProtocol(Predicate<? super Endpoint> trusted) {
    this.trustedProxies = Objects.requireNonNull(trusted, "trusted");
    return this;
  }

  @Override
  public EchoServer start(Endpoint endpoint) throws IOException {
    return AbstractServer.start(endpoint, new ServerConfig(this));
  }

  @Override
  public String toString() {
    return "EchoServer.Builder[framing=" + framing
        + ", maxMessageSize=" + maxMessageSize
        + ", maxConnections=" + maxConnections
        + ", maxBufferedBytes=" + maxBufferedBytes
        + ", idleTimeout=" + Settings.text(idleTimeout)
        + ", handshakeTimeout=" + Settings.text(handshakeTimeout)
        + ", closeTimeout=" + Settings.text(closeTimeout)
        + ", eventLoops=" + eventLoops
        + (maxSenderRate == 0 ? "" : ", maxSenderRate=" + maxSenderRate)
        + (busyPoll.isZero() ? "" : ", busyPoll=" + Settings.text(busyPoll))
        + (executor == null ? "" : ", executor=true")
        + (faults == null ? "" : ", faults=" + faults)
        + (trustedProxies == null ? "" : ", proxyProtocol=true")
        + ", tls=" + (sslContext != null)
        + "]";
  }

  /** For tests: deadlines by a clock that starts near 0 and is set by hand. */
  public ServerBuilder nanoClock(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
    return this;
  }
}

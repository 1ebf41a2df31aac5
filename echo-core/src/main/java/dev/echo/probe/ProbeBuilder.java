package dev.echo.probe;

import dev.echo.Endpoint;
import dev.echo.Framing;
import dev.echo.internal.Settings;
import dev.echo.internal.codec.ProxyAddresses;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/** The settings of a probe to be. */
final class ProbeBuilder implements PathProbe.Builder {

  private static final double MIN_RATE = 0.001;
  private static final double MAX_RATE = 10_000_000;
  private static final int MAX_SIZE = 1 << 20;
  private static final int MAX_FLOWS = 1024;
  private static final Duration DEFAULT_DURATION = Duration.ofSeconds(10);

  double rate = 100;

  /** Zero if the duration alone is the end. */
  long count;

  /** Null for the default. */
  private Duration duration;

  int size = 64;
  int flows = 1;
  Duration timeout = Duration.ofSeconds(1);
  Duration warmUp = Duration.ZERO;
  Duration connectTimeout = Duration.ofSeconds(5);
  Framing framing = Framing.LINES;
  long seed;
  SSLContext sslContext;
  SSLParameters sslParameters;

  /** Null if no PROXY header is sent. */
  ProxyAddresses proxyAddresses;

  /** Null if nobody wants them, as below. */
  Consumer<? super ProbeReply> onReply;

  Consumer<? super ProbeFailure> onFailure;

  @Override
  public ProbeBuilder rate(double messagesPerSecond) {
    if (!(messagesPerSecond >= MIN_RATE && messagesPerSecond <= MAX_RATE)) {
      throw new IllegalArgumentException(
          "rate is not within 0.001 to 10000000: " + messagesPerSecond);
    }
    this.rate = messagesPerSecond;
    return this;
  }

  @Override
  public ProbeBuilder count(long messages) {
    this.count = Settings.positive(messages, "count");
    return this;
  }

  @Override
  public ProbeBuilder duration(Duration time) {
    this.duration = Settings.positive(time, "duration");
    return this;
  }

  @Override
  public ProbeBuilder size(int bytes) {
    this.size = Settings.inRange(bytes, ProbeMessages.HEADER, MAX_SIZE, "size");
    return this;
  }

  @Override
  public ProbeBuilder flows(int flows) {
    this.flows = Settings.inRange(flows, 1, MAX_FLOWS, "flows");
    return this;
  }

  @Override
  public ProbeBuilder timeout(Duration timeout) {
    this.timeout = Settings.positive(timeout, "timeout");
    return this;
  }

  @Override
  public ProbeBuilder warmUp(Duration time) {
    this.warmUp = Settings.notNegative(time, "warmUp");
    return this;
  }

  @Override
  public ProbeBuilder connectTimeout(Duration timeout) {
    this.connectTimeout = Settings.positive(timeout, "connectTimeout");
    return this;
  }

  @Override
  public ProbeBuilder framing(Framing framing) {
    this.framing = Objects.requireNonNull(framing, "framing");
    return this;
  }

  @Override
  public ProbeBuilder seed(long seed) {
    this.seed = seed;
    return this;
  }

  @Override
  public ProbeBuilder sslContext(SSLContext context) {
    this.sslContext = Objects.requireNonNull(context, "context");
    return this;
  }

  @Override
  public ProbeBuilder sslParameters(SSLParameters parameters) {
    this.sslParameters = Objects.requireNonNull(parameters, "parameters");
    return this;
  }

  @Override
  public ProbeBuilder proxyHeader(Endpoint.Inet source, Endpoint.Inet destination) {
    this.proxyAddresses = new ProxyAddresses(source, destination);
    return this;
  }

  @Override
  public ProbeBuilder onReply(Consumer<? super ProbeReply> consumer) {
    this.onReply = Objects.requireNonNull(consumer, "consumer");
    return this;
  }

  @Override
  public ProbeBuilder onFailure(Consumer<? super ProbeFailure> consumer) {
    this.onFailure = Objects.requireNonNull(consumer, "consumer");
    return this;
  }

  /** How long messages are sent, or null if the count alone is the end. */
  Duration duration() {
    return duration == null && count == 0 ? DEFAULT_DURATION : duration;
  }

  @Override
  public PathProbe start(Endpoint endpoint) throws IOException {
    return ProbeEngine.start(new ProbeConfig(this, endpoint));
  }

  @Override
  public String toString() {
    return "PathProbe.Builder[rate=" + rate
        + (count == 0 ? "" : ", count=" + count)
        + (duration() == null ? "" : ", duration=" + Settings.text(duration()))
        + ", size=" + size
        + ", flows=" + flows
        + ", timeout=" + Settings.text(timeout)
        + ", warmUp=" + Settings.text(warmUp)
        + ", framing=" + framing
        + (proxyAddresses == null ? "" : ", proxyHeader=" + proxyAddresses.source())
        + ", tls=" + (sslContext != null)
        + "]";
  }
}

package dev.echo.probe;

import dev.echo.Endpoint;
import dev.echo.Framing;
import dev.echo.internal.Settings;
import dev.echo.internal.client.StreamConnector;
import dev.echo.internal.client.StreamConnector.Connected;
import dev.echo.internal.codec.ProxyAddresses;
import dev.echo.internal.tls.Tls;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;

/** What a probe was built with, checked as a whole. */
final class ProbeConfig {

  private static final double NANOS_PER_SECOND = 1e9;

  /** Below this, products of durations and rates are whole numbers that were rounded. */
  private static final double ROUNDING = 1e-6;

  /** Of the messages whose fate is remembered, those of all flows together. */
  private static final int MIN_REMEMBERED = 1 << 16;

  private static final int MIN_REMEMBERED_OF_FLOW = 1 << 10;

  private static final long MAX_UNDER_WAY = 1 << 22;

  final Endpoint endpoint;
  final double rate;
  final int flows;
  final int size;
  final Framing framing;
  final long seed;
  final long timeoutNanos;
  final Duration connectTimeout;

  /** Null if the connections are plain. */
  final Tls tls;

  /** Null if no PROXY header is sent. */
  final ProxyAddresses proxyAddresses;

  final Consumers consumers;

  /** How many messages are not counted, and how many there are with them. */
  final long warmUpMessages;

  final long messages;

  /** How many messages of a flow are remembered, a power of two. */
  final int remembered;

  ProbeConfig(ProbeBuilder builder, Endpoint endpoint) {
    Objects.requireNonNull(endpoint, "endpoint");
    this.endpoint = endpoint;
    rate = builder.rate;
    flows = builder.flows;
    size = builder.size;
    framing = builder.framing;
    seed = builder.seed;
    timeoutNanos = Settings.nanos(builder.timeout);
    connectTimeout = builder.connectTimeout;
    tls = Tls.forClient(builder.sslContext, builder.sslParameters);
    proxyAddresses = builder.proxyAddresses;
    consumers = new Consumers(endpoint, builder.onReply, builder.onFailure);
    warmUpMessages = messagesWithin(Settings.nanos(builder.warmUp));
    long counted = counted(builder.count, builder.duration());
    long most = ProbeMessages.MAX_NUMBER * flows;
    messages = Math.min(most, Math.min(most, warmUpMessages) + Math.min(most, counted));
    requireUsable();
    remembered = remembered(builder.timeout);
  }

  private long counted(long count, Duration duration) {
    if (duration == null) {
      return count;
    }
    long withinDuration = messagesWithin(Settings.nanos(duration));
    return count > 0 ? Math.min(count, withinDuration) : withinDuration;
  }

  /** How many messages are due before a time after the first. */
  private long messagesWithin(long nanos) {
    return (long) Math.ceil(nanos * rate / NANOS_PER_SECOND - ROUNDING);
  }

  private void requireUsable() {
    StreamConnector.requireUsable(endpoint, proxyAddresses, tls);
    if (endpoint instanceof Endpoint.Udp && size > Settings.MAX_UDP_MESSAGE) {
      throw new IllegalArgumentException(
          "size is more than the " + Settings.MAX_UDP_MESSAGE + " bytes of a datagram: " + size);
    }
  }

  /**
   * All that may be under way, and as many again of which late replies may come; a power of two.
   */
  private int remembered(Duration timeout) {
    double underWay = rate * timeoutNanos / NANOS_PER_SECOND;
    if (underWay > MAX_UNDER_WAY) {
      throw new IllegalArgumentException("With rate " + rate + " and timeout "
          + Settings.text(timeout) + " there would be " + (long) underWay
          + " messages under way, the limit is " + MAX_UNDER_WAY);
    }
    int least = Math.max(MIN_REMEMBERED_OF_FLOW, MIN_REMEMBERED / flows);
    int needed = Math.max(least, (int) Math.ceil(2 * underWay / flows));
    return Integer.highestOneBit(needed - 1) << 1;
  }

  /** Makes a connection over a stream. */
  Connected connect() throws IOException {
    return StreamConnector.open(endpoint, connectTimeout, proxyAddresses, tls);
  }

  /** When a message is due after the first one. */
  long dueNanos(long index) {
    return (long) (index * (NANOS_PER_SECOND / rate));
  }
}

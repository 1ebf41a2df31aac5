package dev.echo.internal;

import dev.echo.Endpoint;
import dev.echo.Peer;
import java.util.Optional;
import javax.net.ssl.SSLSession;

/** A peer, and how many messages have come from it. */
public class RemotePeer implements Peer {

  private final long number;
  private final Endpoint endpoint;

  /** Seen by whoever reads from the peer. */
  private long messages;

  public RemotePeer(long number, Endpoint endpoint) {
    this.number = number;
    this.endpoint = endpoint;
  }

  @Override
  public final long number() {
    return number;
  }

  @Override
  public final Endpoint endpoint() {
    return endpoint;
  }

  @Override
  public Optional<Endpoint> proxy() {
    return Optional.empty();
  }

  @Override
  public Optional<SSLSession> tlsSession() {
    return Optional.empty();
  }

  /** Counts a message, and returns its number. */
  public final long nextMessage() {
    return ++messages;
  }

  public final boolean hasSentMessages() {
    return messages > 0;
  }

  @Override
  public final String toString() {
    return "Peer[" + number + ", " + endpoint + "]";
  }
}

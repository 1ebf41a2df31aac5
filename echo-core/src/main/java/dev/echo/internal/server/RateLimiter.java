package dev.echo.internal.server;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.SplittableRandom;

/**
 * How often each sender of datagrams is answered, for whoever forges a source makes a server send to
 * somebody who asked for nothing.
 *
 * <p>The table has no keys, so that no number of forged sources makes it grow or forget: senders
 * that fall into the same slot share its rate. A seed keeps them from being chosen so.
 */
final class RateLimiter {

  private static final int SLOT_BITS = 14;
  static final int SLOTS = 1 << SLOT_BITS;

  private static final long PERIOD = Duration.ofSeconds(1).toNanos();
  private static final long GOLDEN_RATIO = 0x9e3779b97f4a7c15L;

  /** When all that a slot's senders have sent will be paid for. */
  private final long[] paidAt = new long[SLOTS];

  private final long nanosPerMessage;
  private final long nanosAtOnce;
  private final long seed = new SplittableRandom().nextLong();

  RateLimiter(int messagesPerSecond) {
    this.nanosPerMessage = PERIOD / messagesPerSecond;
    this.nanosAtOnce = messagesPerSecond * nanosPerMessage;
  }

  /** Counts a message, unless the sender has used up what it has saved, a second's worth at most. */
  boolean isExceeded(InetAddress sender, long now) {
    int slot = slot(sender);
    long paid = Math.max(paidAt[slot], now) + nanosPerMessage;
    if (paid - now > nanosAtOnce) {
      return true;
    }
    paidAt[slot] = paid;
    return false;
  }

  int slot(InetAddress sender) {
    ByteBuffer bytes = ByteBuffer.wrap(sender.getAddress());
    // Of IPv6 the network: whoever has one address has 2^64 (RFC 4291).
    long host = bytes.remaining() < Long.BYTES ? bytes.getInt() : bytes.getLong();
    long mixed = (host ^ seed) * GOLDEN_RATIO;
    return (int) ((mixed ^ mixed >>> 32) * GOLDEN_RATIO >>> Long.SIZE - SLOT_BITS);
  }
}

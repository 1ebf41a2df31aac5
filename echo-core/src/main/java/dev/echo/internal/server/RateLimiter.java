package dev.echo.internal.server;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.SplittableRandom;

/**
 * Limits how many messages of each sender are answered, by the generic cell rate algorithm (GCRA):
 * whoever forges a source makes a server send to somebody who asked for nothing.
 *
 * <p>The table has no keys, so that no number of forged sources makes it grow or forget: senders
 * that fall into the same slot share its rate. A seed keeps them from being chosen so.
 */
final class RateLimiter {

  private static final int SLOT_BITS = 14;
  static final int SLOTS = 1 << SLOT_BITS;

  private static final long PERIOD = Duration.ofSeconds(1).toNanos();
  private static final long GOLDEN_RATIO = 0x9e3779b97f4a7c15L;

  /** When the next message would come from a slot's senders, if they sent evenly at their rate. */
  private final long[] theoreticalArrival = new long[SLOTS];

  private final long nanosPerMessage;
  private final long burstNanos;
  private final long seed = new SplittableRandom().nextLong();

  RateLimiter(int messagesPerSecond) {
    this.nanosPerMessage = PERIOD / messagesPerSecond;
    this.burstNanos = messagesPerSecond * nanosPerMessage;
  }

  /** Counts a message, unless its sender is ahead of the rate by a second's worth already. */
  boolean isExceeded(InetAddress sender, long now) {
    int slot = slot(sender);
    long next = Math.max(theoreticalArrival[slot], now) + nanosPerMessage;
    if (next - now > burstNanos) {
      return true;
    }
    theoreticalArrival[slot] = next;
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

package dev.echo.probe;

/**
 * Keeps datagrams that are overdue from going out in one burst, which would overrun the buffers on
 * their way and be the cause of the loss that is measured. It does nothing while they are on time.
 */
final class Pacer {

  private static final int BURST = 64;
  private static final int BURST_BYTES = 65_536;
  private static final long MAX_GAP_NANOS = 20_000;

  private final long gapNanos;
  private final int burst;

  /** When the last burst would be over if its datagrams had kept the gap. */
  private long end;

  /**
   * @param rate of all messages, a second
   * @param size of a message, in bytes
   */
  Pacer(double rate, int size, long now) {
    burst = Math.max(1, Math.min(BURST, BURST_BYTES / size));
    gapNanos = (long) Math.min(MAX_GAP_NANOS, 1e9 / rate / 2);
    end = now;
  }

  /** When the next datagram may be sent, in the past perhaps. */
  long next() {
    return end - burst * gapNanos;
  }

  boolean mayContinue(long now) {
    return now - next() >= 0;
  }

  void sent(long now) {
    end = (end - now > 0 ? end : now) + gapNanos;
  }
}

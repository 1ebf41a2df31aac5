package dev.echo.probe;

/**
 * Keeps datagrams that are overdue from going out in one burst, which would overrun the buffers on
 * their way and be the cause of the loss that is measured. It does nothing while they are on time.
 */
final class Pacer {

  private static final int BURST = 64;
  private static final long MAX_GAP_NANOS = 20_000;

  private final long gapNanos;

  /** When the last burst would be over if its datagrams had kept the gap. */
  private long end;

  Pacer(double rate, long now) {
    gapNanos = (long) Math.min(MAX_GAP_NANOS, 1e9 / rate / 2);
    end = now;
  }

  /** When the next datagram may be sent, in the past perhaps. */
  long next() {
    return end - BURST * gapNanos;
  }

  boolean mayContinue(long now) {
    return now - next() >= 0;
  }

  void sent(long now) {
    end = (end - now > 0 ? end : now) + gapNanos;
  }
}

package dev.echo.probe;

/**
 * In which order the first intact copies of a flow arrive (RFC 4737), and how their round trips
 * differ (RFC 3550).
 */
final class ArrivalOrder {

  private final int mask;

  /**
   * Of each number that is remembered and not above the highest that has arrived: how many arrivals
   * were before the first with that number or a higher one.
   */
  private final int[] indices;

  private long arrivals;

  /** One more than the highest number that has arrived. */
  private long nextExpected = 1;

  private long reordered;
  private long maxExtent;
  private double jitter;
  private long lastRoundTrip;

  /**
   * @param remembered how many numbers are, a power of two
   */
  ArrivalOrder(int remembered) {
    mask = remembered - 1;
    indices = new int[remembered];
  }

  private int slot(long number) {
    return (int) number & mask;
  }

  void arrived(long number, long roundTrip) {
    if (arrivals > 0) { // RFC 3550, A.8
      jitter += (Math.abs(roundTrip - lastRoundTrip) - jitter) / 16;
    }
    lastRoundTrip = roundTrip;
    int index = (int) arrivals & Integer.MAX_VALUE;
    if (number >= nextExpected) {
      // Also for those that it has overtaken, so that each number is passed once, in whatever
      // order they come.
      for (long i = Math.max(nextExpected, number - mask); i <= number; i++) {
        indices[slot(i)] = index;
      }
      nextExpected = number + 1;
    } else { // RFC 4737, 4.2.1: how many arrivals ago the earliest one with a higher number was
      reordered++;
      maxExtent = Math.max(maxExtent, index - indices[slot(number)] & Integer.MAX_VALUE);
    }
    arrivals++;
  }

  long reordered() {
    return reordered;
  }

  long maxExtent() {
    return maxExtent;
  }

  double jitter() {
    return jitter;
  }

  boolean hasJitter() {
    return arrivals > 1;
  }
}

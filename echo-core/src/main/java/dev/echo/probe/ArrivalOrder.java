package dev.echo.probe;

/**
 * In which order the first intact copies of a flow arrive (RFC 4737), and how their round trips
 * differ (RFC 3550).
 */
final class ArrivalOrder {

  private static final int NOT_IN_ORDER = -1;

  private final int mask;

  /** Of each number that is remembered, how many arrivals were before if it arrived in order. */
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

  /** A number takes the place of an old one. */
  void forget(long number) {
    indices[slot(number)] = NOT_IN_ORDER;
  }

  void arrived(long number, long roundTrip) {
    if (arrivals > 0) { // RFC 3550, A.8
      jitter += (Math.abs(roundTrip - lastRoundTrip) - jitter) / 16;
    }
    lastRoundTrip = roundTrip;
    if (number >= nextExpected) {
      nextExpected = number + 1;
      indices[slot(number)] = (int) arrivals & Integer.MAX_VALUE;
    } else {
      reordered++;
      maxExtent = Math.max(maxExtent, extent(number));
    }
    arrivals++;
  }

  /**
   * RFC 4737, 4.2.1: how many arrivals ago the earliest one with a higher number was. As none
   * before it was higher, it arrived in order; and of those it is the next in order.
   */
  private int extent(long number) {
    long higher = number + 1;
    while (indices[slot(higher)] == NOT_IN_ORDER) {
      higher++;
    }
    return (int) arrivals - indices[slot(higher)] & Integer.MAX_VALUE;
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

package dev.echo.probe;

import java.util.Arrays;

/**
 * Counts of nanoseconds in buckets that are log-linear: 1,024 of the same width for each power of
 * two, so that a value differs from the bounds of its bucket by less than 0.1 %.
 *
 * <p>It grows with the largest value only; each power of two takes 8 KB.
 */
final class Histogram {

  private static final int LINEAR_BITS = 10;

  /** How many buckets there are for each power of two. */
  private static final int LINEAR = 1 << LINEAR_BITS;

  private long[] counts = new long[2 * LINEAR];
  private long count;
  private long min = Long.MAX_VALUE;
  private long max;

  /** Not a whole number, which would overflow. */
  private double sum;

  /** Adds a time; one below zero is zero. */
  void add(long nanos) {
    long value = Math.max(0, nanos);
    int index = index(value);
    if (index >= counts.length) {
      counts = Arrays.copyOf(counts, (index / LINEAR + 1) * LINEAR);
    }
    counts[index]++;
    count++;
    sum += value;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }

  void addAll(RoundTrips other) {
    if (other.count() == 0) {
      return;
    }
    int end = other.firstIndex + other.counts.length;
    if (end > counts.length) {
      counts = Arrays.copyOf(counts, end);
    }
    for (int i = 0; i < other.counts.length; i++) {
      counts[other.firstIndex + i] += other.counts[i];
    }
    count += other.count;
    sum += other.sum;
    min = Math.min(min, other.minNanos);
    max = Math.max(max, other.maxNanos);
  }

  RoundTrips snapshot() {
    if (count == 0) {
      return new RoundTrips(0, new long[0], 0, 0, 0, 0);
    }
    int first = index(min);
    return new RoundTrips(
        first, Arrays.copyOfRange(counts, first, index(max) + 1), count, min, max, sum);
  }

  private static int index(long value) {
    int power = Long.SIZE - LINEAR_BITS - 1 - Long.numberOfLeadingZeros(value | 2 * LINEAR - 1);
    return power * LINEAR + (int) (value >>> power);
  }

  /** Returns the largest value that a bucket counts. */
  static long upperBound(int index) {
    int power = Math.max(0, index / LINEAR - 1);
    return (index - (long) power * LINEAR + 1 << power) - 1;
  }
}

package dev.echo.probe;

import java.util.Arrays;

/**
 * Counts of nanoseconds in buckets that are log-linear: 1,024 of the same width for each power of
 * two, so that a value differs from the bounds of its bucket by less than 0.1 %.
 *
 * <p>64 neighbours take 512 bytes once one of them counts something.
 */
final class Histogram {

  private static final int LINEAR_BITS = 10;

  /** How many buckets there are for each power of two. */
  private static final int LINEAR = 1 << LINEAR_BITS;

  private static final int CHUNK_BITS = 6;
  private static final int CHUNK = 1 << CHUNK_BITS;

  /** By 64 buckets; null where there is none that counts. */
  private long[][] chunks = new long[0][];

  private long count;
  private long min = Long.MAX_VALUE;
  private long max;

  /** Not a whole number, which would overflow. */
  private double sum;

  /** Adds a time; one below zero is zero. */
  void add(long nanos) {
    long value = Math.max(0, nanos);
    int index = index(value);
    chunk(index)[index & CHUNK - 1]++;
    count++;
    sum += value;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }

  private long[] chunk(int index) {
    int at = index >> CHUNK_BITS;
    if (at >= chunks.length) {
      chunks = Arrays.copyOf(chunks, at + 1);
    }
    if (chunks[at] == null) {
      chunks[at] = new long[CHUNK];
    }
    return chunks[at];
  }

  void addAll(RoundTrips other) {
    for (int i = 0; i < other.counts.length; i++) {
      int index = other.indices[i];
      chunk(index)[index & CHUNK - 1] += other.counts[i];
    }
    count += other.count;
    sum += other.sum;
    if (other.count > 0) {
      min = Math.min(min, other.minNanos);
      max = Math.max(max, other.maxNanos);
    }
  }

  RoundTrips snapshot() {
    int[] indices = new int[CHUNK];
    long[] counts = new long[CHUNK];
    int used = 0;
    for (int i = 0; i < chunks.length; i++) {
      for (int k = 0; chunks[i] != null && k < CHUNK; k++) {
        if (chunks[i][k] > 0) {
          if (used == indices.length) {
            indices = Arrays.copyOf(indices, 2 * used);
            counts = Arrays.copyOf(counts, 2 * used);
          }
          indices[used] = i << CHUNK_BITS | k;
          counts[used++] = chunks[i][k];
        }
      }
    }
    return new RoundTrips(
        Arrays.copyOf(indices, used),
        Arrays.copyOf(counts, used),
        count,
        count == 0 ? 0 : min,
        max,
        sum);
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

package dev.echo.probe;

import dev.echo.internal.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The distribution of many times, such as the round trips of a {@link PathReport}.
 *
 * <p>Count, smallest, largest and mean are exact. The rest comes from a histogram whose buckets are
 * log-linear: 1,024 for each power of two of nanoseconds, so that a percentile is at most 0.1 %
 * above the exact one.
 *
 * <pre>{@code
 * try (PathProbe probe = PathProbe.builder().rate(1000).count(100).start(server.endpoint())) {
 *   RoundTrips times = probe.await().roundTrips();
 *   System.out.println("median " + times.percentile(50) + ", at most " + times.max());
 * }
 * }</pre>
 *
 * <p><b>Thread safety:</b> immutable, may be shared freely.
 *
 * @since 0.1.0
 */
public final class RoundTrips {

  /** Of the buckets of a histogram that count something, in their order. */
  final int[] indices;

  final long[] counts;
  final long count;
  final long minNanos;
  final long maxNanos;
  final double sum;

  RoundTrips(int[] indices, long[] counts, long count, long minNanos, long maxNanos, double sum) {
    this.indices = indices;
    this.counts = counts;
    this.count = count;
    this.minNanos = minNanos;
    this.maxNanos = maxNanos;
    this.sum = sum;
  }

  /**
   * A bucket of the histogram: how many times lie within a range.
   *
   * <p><b>Thread safety:</b> immutable, may be shared freely.
   *
   * @param upperBound the longest time that the bucket counts; it counts those above the upper
   *     bound of the bucket before
   * @param count how many times there are, 1 or more
   * @since 0.1.0
   */
  public record Bucket(Duration upperBound, long count) {

    /**
     * Creates a bucket.
     *
     * @param upperBound the longest time
     * @param count how many times, 1 or more
     * @throws NullPointerException if {@code upperBound} is null
     * @throws IllegalArgumentException if {@code count} is not positive
     */
    public Bucket {
      Objects.requireNonNull(upperBound, "upperBound");
      Settings.positive(count, "count");
    }
  }

  /**
   * Returns how many times there are. Without any, there is no smallest, largest or other.
   *
   * @return zero or more
   */
  public long count() {
    return count;
  }

  /**
   * Returns the shortest time.
   *
   * @return the minimum, exact
   * @throws IllegalStateException if the count is zero
   */
  public Duration min() {
    requireAny();
    return Duration.ofNanos(minNanos);
  }

  /**
   * Returns the arithmetic mean.
   *
   * @return the mean, rounded to nanoseconds
   * @throws IllegalStateException if the count is zero
   */
  public Duration mean() {
    requireAny();
    return Duration.ofNanos(Math.round(sum / count));
  }

  /**
   * Returns the longest time.
   *
   * @return the maximum, exact
   * @throws IllegalStateException if the count is zero
   */
  public Duration max() {
    requireAny();
    return Duration.ofNanos(maxNanos);
  }

  /**
   * Returns the time that so many of all times do not exceed, by the nearest rank: the shortest
   * that is at least as long as so many percent of all. It is returned however few times there are;
   * whether it says something about the path, {@link #hasEnoughFor} tells.
   *
   * @param percent 0 to 100, such as 99.9
   * @return the percentile, at most 0.1 % above the exact one, and never above the maximum
   * @throws IllegalArgumentException if {@code percent} is out of range or not a number
   * @throws IllegalStateException if the count is zero
   */
  public Duration percentile(double percent) {
    requirePercent(percent);
    requireAny();
    // The next number below, as the product may be rounded up: 99.9 % of 1,000 are 999.
    long rank = Math.max(1, (long) Math.ceil(Math.nextDown(percent) * count / 100));
    long seen = 0;
    int i = -1;
    while (seen < rank) {
      seen += counts[++i];
    }
    return Duration.ofNanos(Math.min(maxNanos, Histogram.upperBound(indices[i])));
  }

  /**
   * Returns whether there are enough times for a percentile to say something: at least ten beyond
   * it, as 1,000 for the 99th. A report prints no other percentiles.
   *
   * @param percent 0 to 100, such as 99.9
   * @return whether at least 10 times are expected above it
   * @throws IllegalArgumentException if {@code percent} is out of range or not a number
   */
  public boolean hasEnoughFor(double percent) {
    requirePercent(percent);
    return count * (100 - percent) >= 1000 - 1e-6; // 100 - 99.9 is a little less than 0.1
  }

  /**
   * Returns the histogram: the buckets that have times, the shortest first.
   *
   * @return an unmodifiable list, empty if the count is zero
   */
  public List<Bucket> buckets() {
    List<Bucket> buckets = new ArrayList<>();
    for (int i = 0; i < counts.length; i++) {
      buckets.add(new Bucket(Duration.ofNanos(Histogram.upperBound(indices[i])), counts[i]));
    }
    return List.copyOf(buckets);
  }

  private void requireAny() {
    if (count == 0) {
      throw new IllegalStateException("no time was measured");
    }
  }

  private static void requirePercent(double percent) {
    if (!(percent >= 0 && percent <= 100)) {
      throw new IllegalArgumentException("percent is not within 0 to 100: " + percent);
    }
  }

  /**
   * Returns the count, the shortest time, those percentiles for which there are enough, and the
   * longest, in milliseconds.
   *
   * @return a line in ASCII
   */
  @Override
  public String toString() {
    return count == 0 ? "none" : ReportText.times(this);
  }
}

package dev.echo.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.testing.Seeds;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HistogramTest {

  private static final int SIGNIFICANT_DIGITS = 3;
  private static final double[] PERCENTS = {0, 1e-9, 1, 25, 50, 75, 90, 99, 99.9, 99.99, 100};

  @Test
  void hasThePercentilesOfHdrHistogram() {
    Seeds.each(20, seed -> {
      Random random = new Random(seed);
      org.HdrHistogram.Histogram reference = new org.HdrHistogram.Histogram(SIGNIFICANT_DIGITS);
      Histogram histogram = new Histogram();
      for (int i = 1 + random.nextInt(20_000); i > 0; i--) {
        long value = random.nextLong() >>> 16 + random.nextInt(48);
        reference.recordValue(value);
        histogram.add(value);
      }

      RoundTrips times = histogram.snapshot();

      assertEquals(reference.getTotalCount(), times.count());
      for (double percent : PERCENTS) {
        long expected = Math.min(exactMax(times), reference.getValueAtPercentile(percent));
        assertEquals(expected, times.percentile(percent).toNanos(), percent + " %");
      }
    });
  }

  private static long exactMax(RoundTrips times) {
    return times.max().toNanos();
  }

  @Test
  void percentilesAreAtMostAThousandthAboveTheExactOnes() {
    Seeds.each(20, seed -> {
      Random random = new Random(seed);
      Histogram histogram = new Histogram();
      long[] values = random.longs(1000, 0, 3_000_000_000L).sorted().toArray();
      Arrays.stream(values).forEach(histogram::add);

      RoundTrips times = histogram.snapshot();

      assertEquals(values[0], times.min().toNanos());
      assertEquals(values[999], times.max().toNanos());
      assertEquals(Arrays.stream(values).average().orElseThrow(), times.mean().toNanos(), 1);
      for (int rank = 1; rank <= values.length; rank++) {
        long exact = values[rank - 1];
        long found = times.percentile(rank / 10.0).toNanos();
        assertTrue(exact <= found && found <= exact * 1.001, found + " is not " + exact);
      }
    });
  }

  @Test
  void bucketsHoldAllTimesInOrder() {
    Histogram histogram = new Histogram();
    for (long value : new long[] {5, 5, 0, 2047, 2048, 2049, 1_000_000}) {
      histogram.add(value);
    }

    assertEquals(
        List.of(bucket(0, 1), bucket(5, 2), bucket(2047, 1), bucket(2049, 2), bucket(1_000_447, 1)),
        histogram.snapshot().buckets());
  }

  private static RoundTrips.Bucket bucket(long nanos, long count) {
    return new RoundTrips.Bucket(Duration.ofNanos(nanos), count);
  }

  @Test
  void holdsTheShortestAndTheLongestTimes() {
    Histogram histogram = new Histogram();
    histogram.add(-1);
    histogram.add(Long.MAX_VALUE);

    RoundTrips times = histogram.snapshot();

    assertEquals(Duration.ZERO, times.min());
    assertEquals(Long.MAX_VALUE, times.max().toNanos());
    assertEquals(Long.MAX_VALUE, times.percentile(100).toNanos());
  }

  @Test
  void sumsUpAsIfAllHadBeenAddedToOne() {
    Seeds.each(20, seed -> {
      Random random = new Random(seed);
      Histogram one = new Histogram();
      Histogram sum = new Histogram();
      for (int i = 0; i < 3; i++) {
        Histogram part = new Histogram();
        for (int j = random.nextInt(100); j > 0; j--) {
          long value = random.nextLong() >>> 20 + random.nextInt(44);
          one.add(value);
          part.add(value);
        }
        sum.addAll(part.snapshot());
      }

      assertEquals(one.snapshot().buckets(), sum.snapshot().buckets());
      assertEquals(one.snapshot().toString(), sum.snapshot().toString());
      if (one.snapshot().count() > 0) {
        assertEquals(one.snapshot().mean(), sum.snapshot().mean());
      }
    });
  }

  @Test
  void aSnapshotDoesNotChange() {
    Histogram histogram = new Histogram();
    histogram.add(1);
    RoundTrips before = histogram.snapshot();

    histogram.add(1);

    assertEquals(List.of(bucket(1, 1)), before.buckets());
  }

  @Test
  void saysForWhichPercentilesThereAreEnough() {
    Histogram histogram = new Histogram();
    for (int i = 0; i < 9_999; i++) {
      histogram.add(i);
    }
    assertFalse(histogram.snapshot().hasEnoughFor(99.9));
    assertTrue(histogram.snapshot().hasEnoughFor(99));

    histogram.add(0);

    assertTrue(histogram.snapshot().hasEnoughFor(99.9));
    assertFalse(histogram.snapshot().hasEnoughFor(100));
  }

  @Test
  void withoutTimesThereIsNoneToReturn() {
    RoundTrips none = new Histogram().snapshot();

    assertEquals(0, none.count());
    assertEquals(List.of(), none.buckets());
    assertEquals("none", none.toString());
    assertFalse(none.hasEnoughFor(0));
    assertThrows(IllegalStateException.class, none::min);
    assertThrows(IllegalStateException.class, none::mean);
    assertThrows(IllegalStateException.class, none::max);
    assertThrows(IllegalStateException.class, () -> none.percentile(50));
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1e-9, 100.1, Double.NaN, Double.POSITIVE_INFINITY})
  void refusesPercentagesOutOfRange(double percent) {
    RoundTrips none = new Histogram().snapshot();

    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> none.percentile(percent));
    assertEquals("percent is not within 0 to 100: " + percent, e.getMessage());
    assertThrows(IllegalArgumentException.class, () -> none.hasEnoughFor(percent));
  }
}

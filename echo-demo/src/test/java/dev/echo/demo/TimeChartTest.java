package dev.echo.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.echo.probe.RoundTrips.Bucket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimeChartTest {

  private static Bucket bucket(long micros, long count) {
    return new Bucket(Duration.ofNanos(micros * 1000), count);
  }

  @Test
  void drawsARowForEachClassFromTheShortestToTheLongest() {
    List<Bucket> times =
        List.of(bucket(100, 1), bucket(101, 3), bucket(149, 4), bucket(150, 8), bucket(301, 1));

    assertEquals(
        List.of(
            "",
            " ≤   0.100 ms █▏               1",
            " ≤   0.150 ms ████████████████ 15",
            " ≤   0.200 ms                  0",
            " ≤   0.300 ms                  0",
            " ≤   0.500 ms █▏               1"),
        TimeChart.BLOCKS.lines(times));
  }

  @Test
  void drawsInAsciiWhereThereAreNoBlocks() {
    assertEquals(
        List.of(
            "",
            "<=   7.000 ms ################ 1000",
            "<=  10.000 ms ######           400",
            "<=  15.000 ms #                1"),
        TimeChart.ASCII.lines(List.of(bucket(6_500, 1000), bucket(9_000, 400), bucket(15_000, 1))));
  }

  @Test
  void drawsFewerRowsOfTimesThatSpread() {
    assertEquals(16, rows(1, 500)); // six for each power of ten
    assertEquals(9, rows(1, 700)); // three
    assertEquals(8, rows(1, 100_000_000)); // one
  }

  /** From microseconds to microseconds, without the empty line. */
  private static int rows(long from, long to) {
    List<Bucket> times = new ArrayList<>(List.of(bucket(from, 1), bucket(to, 1)));
    return TimeChart.BLOCKS.lines(times).size() - 1;
  }

  @Test
  void drawsNothing() {
    assertEquals(List.of(), TimeChart.NONE.lines(List.of(bucket(1, 1))));
    assertEquals(List.of(), TimeChart.BLOCKS.lines(List.of()));
  }
}

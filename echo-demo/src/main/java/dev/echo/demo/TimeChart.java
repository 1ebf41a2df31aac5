package dev.echo.demo;

import dev.echo.probe.RoundTrips.Bucket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A histogram of times as text: a bar for each class of times, the classes growing in steps. */
enum TimeChart {
  NONE("", ""),
  ASCII("#", "<="),

  /** Bars in eighths of a character. */
  BLOCKS("▏▎▍▌▋▊▉█", " ≤");

  private static final int WIDTH = 16;
  private static final int MAX_ROWS = 16;

  /** The upper ends of the classes within a power of ten, the finest division first. */
  private static final double[][] STEPS = {{1.5, 2, 3, 5, 7, 10}, {2, 5, 10}, {10}};

  /** What a bar is made of, from its smallest part to a whole character. */
  private final String parts;

  /** At most, in two columns. */
  private final String upTo;

  TimeChart(String parts, String upTo) {
    this.parts = parts;
    this.upTo = upTo;
  }

  /**
   * How many times there are up to an end, behind that of the row before.
   *
   * @param count zero or more
   */
  private record Row(Duration end, long count) {}

  /** Returns an empty line and the rows, or nothing. */
  List<String> lines(List<Bucket> times) {
    List<String> lines = new ArrayList<>();
    if (this == NONE || times.isEmpty()) {
      return lines;
    }
    List<Row> rows = rows(times);
    long most = rows.stream().mapToLong(Row::count).max().orElseThrow();
    lines.add("");
    for (Row row : rows) {
      String bound = PingSummary.millis(row.end());
      String bar = bar(row.count(), most);
      lines.add(String.format(Locale.ROOT, "%s%8s ms %s %d", upTo, bound, bar, row.count()));
    }
    return lines;
  }

  /** Sums up the buckets in rows, as fine as there is room for. */
  private static List<Row> rows(List<Bucket> times) {
    List<Row> rows = List.of();
    for (double[] steps : STEPS) {
      rows = rows(times, steps);
      if (rows.size() <= MAX_ROWS) {
        break;
      }
    }
    return rows;
  }

  /** From the row of the shortest time to that of the longest. */
  private static List<Row> rows(List<Bucket> times, double[] steps) {
    Ends ends = new Ends(steps);
    while (ends.end() < times.get(0).upperBound().toNanos()) {
      ends.next();
    }
    List<Row> rows = new ArrayList<>();
    long count = 0;
    for (Bucket bucket : times) {
      while (ends.end() < bucket.upperBound().toNanos()) {
        rows.add(new Row(Duration.ofNanos(ends.end()), count));
        count = 0;
        ends.next();
      }
      count += bucket.count();
    }
    rows.add(new Row(Duration.ofNanos(ends.end()), count));
    return rows;
  }

  /** The upper ends of rows in nanoseconds, one after another. */
  private static final class Ends {
    private final double[] steps;
    private long power = 1_000; // as times are shown in microseconds
    private int step;

    Ends(double[] steps) {
      this.steps = steps;
    }

    long end() {
      return (long) (power * steps[step]);
    }

    void next() {
      step++;
      if (step == steps.length) {
        step = 0;
        power *= 10;
      }
    }
  }

  private String bar(long count, long most) {
    int levels = parts.length();
    long filled = Math.round((double) count / most * WIDTH * levels);
    if (count > 0 && filled == 0) {
      filled = 1;
    }
    String whole = parts.substring(levels - 1).repeat((int) (filled / levels));
    int rest = (int) (filled % levels);
    String bar = rest == 0 ? whole : whole + parts.charAt(rest - 1);
    return bar + " ".repeat(WIDTH - bar.length());
  }
}

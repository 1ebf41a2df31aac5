package dev.echo.probe;

import java.util.List;
import java.util.OptionalDouble;

/** The numbers of a report, of one flow or of all. */
record Tally(
    long sent,
    long unsent,
    long received,
    long late,
    long lost,
    long corrupt,
    long duplicates,
    long foreign,
    long refused,
    long reordered,
    long maxReorderExtent,
    long reconnects,
    long longestOutageNanos,
    double jitterNanos,
    boolean hasJitter) {

  /** Sums up, but for the largest extent, the longest outage, and the jitter, which is the mean. */
  static Tally of(List<Tally> flows) {
    OptionalDouble jitter =
        flows.stream().filter(Tally::hasJitter).mapToDouble(Tally::jitterNanos).average();
    Tally total =
        new Tally(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, jitter.orElse(0), jitter.isPresent());
    for (Tally flow : flows) {
      total = total.plus(flow);
    }
    return total;
  }

  /** Adds the numbers that can be added; the jitter stays. */
  private Tally plus(Tally other) {
    return new Tally(
        sent + other.sent,
        unsent + other.unsent,
        received + other.received,
        late + other.late,
        lost + other.lost,
        corrupt + other.corrupt,
        duplicates + other.duplicates,
        foreign + other.foreign,
        refused + other.refused,
        reordered + other.reordered,
        Math.max(maxReorderExtent, other.maxReorderExtent),
        reconnects + other.reconnects,
        Math.max(longestOutageNanos, other.longestOutageNanos),
        jitterNanos,
        hasJitter);
  }
}

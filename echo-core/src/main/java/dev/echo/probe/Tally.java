package dev.echo.probe;

import java.util.List;

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
    Tally total = new Tally(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, false);
    double jitters = 0;
    int withJitter = 0;
    for (Tally flow : flows) {
      total = total.plus(flow);
      if (flow.hasJitter) {
        jitters += flow.jitterNanos;
        withJitter++;
      }
    }
    return total.withJitter(withJitter == 0 ? 0 : jitters / withJitter, withJitter > 0);
  }

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
        0,
        false);
  }

  private Tally withJitter(double nanos, boolean known) {
    return new Tally(
        sent,
        unsent,
        received,
        late,
        lost,
        corrupt,
        duplicates,
        foreign,
        refused,
        reordered,
        maxReorderExtent,
        reconnects,
        longestOutageNanos,
        nanos,
        known);
  }
}

package dev.echo.internal.faults;

import dev.echo.internal.Settings;

/**
 * One thing that happens to a reply.
 *
 * @param number how many bytes, bits, copies or places
 * @param nanos the least time of a delay, or that between two pieces
 * @param maxNanos the most time of a delay
 * @param draw by which bits are chosen, or 0 if that was not drawn yet
 */
public record FaultStep(Kind kind, int number, long nanos, long maxNanos, long draw) {

  /** After how many bytes of the frame a step takes effect that lets all of them pass. */
  public static final int ALL = Integer.MAX_VALUE;

  /** What happens, by the word for it. */
  public enum Kind {
    DROP("drop"),
    DELAY("delay"),
    DUPLICATE("duplicate"),
    CORRUPT("corrupt"),
    TRUNCATE("truncate"),
    REORDER("reorder"),
    SLOW("slow"),
    CLOSE("close"),
    HALF_CLOSE("half-close"),
    RESET("reset"),
    STALL("stall");

    final String word;

    Kind(String word) {
      this.word = word;
    }

    /** Whether it ends the connection, or has it rest for good. */
    public boolean isCut() {
      return compareTo(CLOSE) >= 0;
    }

    /** Whether nothing can happen to the reply behind it. */
    public boolean isLast() {
      return this == DROP || isCut();
    }

    public boolean worksOverStreams() {
      return this != REORDER;
    }

    public boolean worksOverDatagrams() {
      return this != SLOW && !isCut();
    }

    /** Whether it can happen to a connection that has just been opened. */
    public boolean worksOnOpen() {
      return this == DELAY || this == CLOSE || this == RESET || this == STALL;
    }
  }

  public FaultStep(Kind kind) {
    this(kind, 0);
  }

  public FaultStep(Kind kind, int number) {
    this(kind, number, 0, 0, 0);
  }

  public static FaultStep delay(long minNanos, long maxNanos) {
    return new FaultStep(Kind.DELAY, 0, minNanos, maxNanos, 0);
  }

  public static FaultStep slow(int bytes, long nanos) {
    return new FaultStep(Kind.SLOW, bytes, nanos, 0, 0);
  }

  /** Fixes what is left to chance. */
  FaultStep drawn(Draw draws) {
    if (kind == Kind.DELAY && nanos < maxNanos) {
      long micros = draws.below((maxNanos - nanos) / 1000 + 1);
      long drawn = Math.min(nanos + micros * 1000, maxNanos);
      return delay(drawn, drawn);
    }
    return kind == Kind.CORRUPT && draw == 0
        ? new FaultStep(kind, number, 0, 0, draws.bits())
        : this;
  }

  private static String duration(long nanos) {
    return Settings.text(nanos, "");
  }

  @Override
  public String toString() {
    return kind.word + value();
  }

  private String value() {
    if (kind == Kind.DELAY) {
      return "=" + duration(nanos) + (nanos < maxNanos ? ".." + duration(maxNanos) : "");
    } else if (kind == Kind.SLOW) {
      return "=" + number + "/" + duration(nanos);
    } else if (kind.isCut()) {
      return number == (kind == Kind.HALF_CLOSE ? ALL : 0) ? "" : "@" + number;
    }
    return kind == Kind.DROP ? "" : "=" + number;
  }
}

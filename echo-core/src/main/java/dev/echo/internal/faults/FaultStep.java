package dev.echo.internal.faults;

import dev.echo.internal.Settings;

/**
 * One thing that happens to a reply.
 *
 * @param first bytes, bits, copies or places, or the least nanoseconds of a delay
 * @param second the most nanoseconds of a delay, those between two pieces, or which bits are chosen
 */
public record FaultStep(Kind kind, long first, long second) {

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
    this(kind, 0, 0);
  }

  public FaultStep(Kind kind, long first) {
    this(kind, first, 0);
  }

  /** Fixes what is left to chance. */
  FaultStep drawn(Draw draw) {
    if (kind == Kind.DELAY && first < second) {
      long micros = draw.below((second - first) / 1000 + 1);
      long nanos = Math.min(first + micros * 1000, second);
      return new FaultStep(kind, nanos, nanos);
    }
    return kind == Kind.CORRUPT && second == 0 ? new FaultStep(kind, first, draw.bits()) : this;
  }

  private static String duration(long nanos) {
    return Settings.text(nanos, "");
  }

  @Override
  public String toString() {
    return switch (kind) {
      case DROP -> kind.word;
      case DELAY ->
        kind.word + "=" + duration(first) + (first < second ? ".." + duration(second) : "");
      case SLOW -> kind.word + "=" + first + "/" + duration(second);
      case CLOSE, RESET, STALL -> first == 0 ? kind.word : kind.word + "@" + first;
      case HALF_CLOSE -> first == ALL ? kind.word : kind.word + "@" + first;
      default -> kind.word + "=" + first;
    };
  }
}

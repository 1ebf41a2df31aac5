package dev.echo.testing;

import org.junit.jupiter.api.function.ThrowingConsumer;

/**
 * The seeds of a random test: a number of them from 0 on, or the one that {@code -Dseed=N} names.
 */
public final class Seeds {

  private static final Long ONLY = Long.getLong("seed");

  private Seeds() {}

  /** Whether so many are tried that each thing should have happened once. */
  public static boolean areMany() {
    return ONLY == null;
  }

  /** One that is new each time, or the one that was named; whoever fails has to tell it. */
  public static long any() {
    return ONLY == null ? System.nanoTime() : ONLY;
  }

  /** Runs a test with each seed; {@code -Dseeds=COUNT} asks for another number of them. */
  public static void each(int count, ThrowingConsumer<Long> test) {
    long first = ONLY == null ? 0 : ONLY;
    long end = ONLY == null ? Integer.getInteger("seeds", count) : ONLY + 1;
    for (long seed = first; seed < end; seed++) {
      one(seed, test);
    }
  }

  /** Runs a test, or a part of one, with a seed that it was given by {@link #each}. */
  public static void one(long seed, ThrowingConsumer<Long> test) {
    try {
      test.accept(seed);
    } catch (Throwable e) {
      throw new AssertionError("With seed " + seed + " (-Dseed=" + seed + "): " + e, e);
    }
  }
}

package dev.echo.internal.faults;

import dev.echo.Exchange;

/**
 * Numbers that look random, and are the same each time for the same rule, exchange, peer and seed,
 * whichever thread asks, and whatever was drawn before.
 */
final class Draw {

  private static final long STEP = 0x9e3779b97f4a7c15L;

  private long state;

  Draw(long seed, Exchange exchange, int rule) {
    state = mix(mix(mix(mix(seed) + exchange.peer().number()) + exchange.number()) + rule);
  }

  long bits() {
    state += STEP;
    return mix(state);
  }

  /** From 0 up to, but not including, the limit. */
  long below(long limit) {
    return Math.floorMod(bits(), limit);
  }

  /** From 0.0 up to, but not including, 1.0. */
  double fraction() {
    return (bits() >>> 11) * 0x1.0p-53;
  }

  /** The finalizer of SplitMix64 (Steele, Lea and Flood, 2014), with Stafford's constants. */
  private static long mix(long value) {
    long z = value + STEP;
    z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }
}

package dev.echo.demo;

import java.time.Duration;

/**
 * What a measurement is, and what is printed of it.
 *
 * @param rate messages a second, of all flows
 * @param size of a message, in bytes
 * @param maxLoss in percent, or null
 * @param maxP99 null if there is none
 */
record PingOptions(
    DemoEndpoint endpoint,
    double rate,
    int size,
    Duration timeout,
    int flows,
    boolean quiet,
    boolean json,
    Double maxLoss,
    Duration maxP99) {

  private static final double MAX_LINES_PER_SECOND = 10;

  /** Returns whether one can follow a line for each reply. */
  boolean isSlow() {
    return rate <= MAX_LINES_PER_SECOND;
  }

  boolean printsEachReply() {
    return !quiet && !json && isSlow();
  }

  boolean printsProgress() {
    return !quiet && !json && !isSlow();
  }
}

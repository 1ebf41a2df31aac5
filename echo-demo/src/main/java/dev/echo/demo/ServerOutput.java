package dev.echo.demo;

/** What a server prints beside where it listens. Each has what those before it have. */
enum ServerOutput {
  NOTHING,

  /** The counters, at the end. */
  TOTALS,

  /** A line for each event. */
  EVENTS
}

package dev.echo.internal.server;

import dev.echo.EchoStats;

/** A server's counters, as they were read. */
record StatsSnapshot(
    long openConnections,
    long totalConnections,
    long messages,
    long bytesIn,
    long bytesOut,
    long rejected,
    long dropped,
    long errors,
    long faults)
    implements EchoStats {

  @Override
  public String toString() {
    return "EchoStats[openConnections=" + openConnections
        + ", totalConnections=" + totalConnections
        + ", messages=" + messages
        + ", bytesIn=" + bytesIn
        + ", bytesOut=" + bytesOut
        + ", rejected=" + rejected
        + ", dropped=" + dropped
        + ", errors=" + errors
        + ", faults=" + faults
        + "]";
  }
}

package dev.echo;

/** What an event loop serves: a channel that is registered with its selector. */
abstract class EventSource {

  static final long NEVER = Long.MAX_VALUE;

  /** Whether it is among the loop's {@link BusySources}, who alone use this. */
  boolean isBusy;

  /**
   * Called when the channel is ready for what its key asks for, or may be.
   *
   * @return whether there was something to read, and may be more in a moment
   */
  abstract boolean onReady();

  /** When {@link #onDeadline} is due, by the loop's clock. */
  abstract long deadline();

  /** Called when the deadline has passed. */
  abstract void onDeadline();

  /** Ends the source in order. */
  abstract void shutdown();

  /** Ends the source at once; never throws. */
  abstract void close();

  /** Ends the source, or has it rest, after a failure; never throws. */
  abstract void fail(String operation, Throwable error);
}

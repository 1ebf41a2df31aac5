package dev.echo;

/** What an event loop serves: a channel that is registered with its selector. */
interface EventSource {

  long NEVER = Long.MAX_VALUE;

  /** Called when the channel is ready for what its key asks for. */
  void onReady();

  /** When {@link #onDeadline} is due, by the loop's clock. */
  long deadline();

  /** Called when the deadline has passed. */
  void onDeadline();

  /** Ends the source in order. */
  void shutdown();

  /** Ends the source at once. */
  void close();
}

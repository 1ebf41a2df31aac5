package dev.echo.internal.loop;

/** What an event loop serves: a channel that is registered with its selector. */
public abstract class EventSource {

  public static final long NEVER = Long.MAX_VALUE;

  /** Whether it is among the loop's {@link BusySources}, who alone use this. */
  boolean isBusy;

  /**
   * Called when the channel is ready for what its key asks for, or may be.
   *
   * @return whether there was something to read, and may be more in a moment
   */
  public abstract boolean onReady();

  /** When {@link #onDeadline} is due, by the loop's clock. */
  public abstract long deadline();

  /** Called when the deadline has passed. */
  public abstract void onDeadline();

  /** Ends the source in order. */
  public abstract void shutdown();

  /** Ends the source at once; never throws. */
  public abstract void close();

  /** Ends the source, or has it rest, after a failure; never throws. */
  public abstract void fail(String operation, Throwable error);
}

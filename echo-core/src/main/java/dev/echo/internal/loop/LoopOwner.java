package dev.echo.internal.loop;

import java.io.Closeable;

/** Whom an event loop belongs to; but for {@code newThread}, its methods never throw. */
public interface LoopOwner {

  Thread newThread(Runnable loop, String suffix);

  /** Whether the end was forced, so that interrupts are meant. */
  boolean isForced();

  /** Drops the interrupt of the current thread, unless the end is forced. */
  void clearInterrupt();

  /** Waits for others to let go of memory. */
  void pause();

  /**
   * Waits likewise, after a failure for want of it.
   *
   * @param isFirst whether this is the first of several such failures in a row
   */
  void awaitMemory(OutOfMemoryError error, boolean isFirst);

  void close(Closeable resource);

  /** Has to end the loop's sources, and those of other loops. */
  void loopDied(Throwable reason);

  /**
   * Called last, on the loop's thread.
   *
   * @param death what it died of, or null
   */
  void loopEnded(Throwable death);
}

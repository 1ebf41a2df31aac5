package dev.echo.internal.server;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What a user's executor does, at most once: one that runs a task and throws, or runs it twice,
 * must not have it counted twice.
 */
abstract class ExecutorTask implements Runnable {

  private final AtomicBoolean begun = new AtomicBoolean();

  /** Returns whether it had not begun. */
  final boolean begin() {
    return begun.compareAndSet(false, true);
  }

  @Override
  public final void run() {
    if (begin()) {
      answer();
    }
  }

  abstract void answer();
}

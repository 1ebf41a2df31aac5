package dev.echo.probe;

import java.nio.channels.Selector;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Wakes up a selector at a time, as a selector itself sleeps for whole milliseconds only. Its thread
 * begins with the first time.
 */
final class Alarm implements Runnable {

  private static final long NEVER = Long.MAX_VALUE;

  private final Selector selector;
  private final Thread thread;
  private final AtomicLong time = new AtomicLong(NEVER);
  private boolean isStarted;
  private volatile boolean isClosed;

  Alarm(Selector selector, String threadName) {
    this.selector = selector;
    thread = new Thread(this, threadName);
    thread.setDaemon(true);
  }

  /** Wakes up the selector at a time, and not at the one that was set before. */
  void set(long nanos) {
    if (time.getAndSet(nanos) == nanos) {
      return;
    } else if (isStarted) {
      LockSupport.unpark(thread);
    } else {
      isStarted = true;
      thread.start();
    }
  }

  @Override
  public void run() {
    while (!isClosed) {
      long next = time.get();
      long left = next == NEVER ? NEVER : next - System.nanoTime();
      if (left > 0) {
        LockSupport.parkNanos(left);
      } else if (time.compareAndSet(next, NEVER)) {
        selector.wakeup();
      }
    }
  }

  void close() {
    isClosed = true;
    LockSupport.unpark(thread);
  }
}

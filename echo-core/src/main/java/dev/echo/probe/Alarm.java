package dev.echo.probe;

import java.io.Closeable;
import java.nio.channels.Selector;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Wakes up a selector at a time, as a selector itself sleeps for whole milliseconds only. */
final class Alarm implements Runnable, Closeable {

  private static final long NEVER = Long.MAX_VALUE;

  private final Selector selector;
  private final Thread thread;
  private final AtomicLong time = new AtomicLong(NEVER);
  private volatile boolean isClosed;

  Alarm(Selector selector, String threadName) {
    this.selector = selector;
    thread = new Thread(this, threadName);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Wakes up the selector at a time, and not at the one that was set before. */
  void set(long nanos) {
    if (time.getAndSet(nanos) != nanos) {
      LockSupport.unpark(thread);
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

  /** Returns when its thread has ended, unless this one is interrupted. */
  @Override
  public void close() {
    isClosed = true;
    LockSupport.unpark(thread);
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

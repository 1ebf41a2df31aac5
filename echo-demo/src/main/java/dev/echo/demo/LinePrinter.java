package dev.echo.demo;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Prints lines on a thread of its own, so that whoever adds one never waits for the printer.
 *
 * <p>Subclasses keep what is to be printed, guarded by this, and bounded.
 */
abstract class LinePrinter implements Runnable {

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final String threadName;
  private final Consumer<String> printer;

  /** Guarded by this, as all below. */
  private Thread thread;

  private boolean ending;

  LinePrinter(String threadName, Consumer<String> printer) {
    this.threadName = threadName;
    this.printer = printer;
  }

  /**
   * Returns the next line as soon as it is due, or null when nothing is left at the end. Called
   * with the lock, on which it waits.
   */
  abstract String take() throws InterruptedException;

  /** Has the thread look for lines. Called with the lock. */
  final void wakeUp() {
    if (thread == null && !ending) {
      Thread started = new Thread(this, threadName);
      started.setDaemon(true);
      started.start(); // may fail for lack of memory; the next call tries again
      thread = started;
    }
    notifyAll();
  }

  /** Called with the lock. */
  final boolean isEnding() {
    return ending;
  }

  /** Prints what is left, and waits for it at most so many milliseconds. */
  void end(long millis) {
    Thread printing;
    synchronized (this) {
      ending = true;
      printing = thread;
      notifyAll();
    }
    try {
      if (printing != null) {
        printing.join(millis);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public final void run() {
    boolean more = true;
    while (more) {
      try {
        String line = next();
        more = line != null;
        if (more) {
          printer.accept(line); // without the lock
        }
      } catch (OutOfMemoryError e) {
        LockSupport.parkNanos(PAUSE_NANOS); // This line is lost, but not the next
      } catch (InterruptedException e) {
        more = false; // never happens
      }
    }
  }

  private synchronized String next() throws InterruptedException {
    return take();
  }
}

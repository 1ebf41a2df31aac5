package dev.echo.demo;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Prints failures that peers can repeat without end. The first of a kind is printed at once. Those
 * that follow within a window are counted, and summed up in one line at its end.
 *
 * <p>A thread of its own prints, so that {@link #add} never blocks. While that thread is blocked by
 * standard error, further failures are counted.
 */
final class Warnings implements Runnable {

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final long windowNanos;
  private final Consumer<String> printer;

  /** Guarded by this, as all below. */
  private final Map<String, Kind> kinds = new LinkedHashMap<>();

  private Thread thread;
  private boolean ending;

  Warnings(long windowNanos, Consumer<String> printer) {
    this.windowNanos = windowNanos;
    this.printer = printer;
  }

  /**
   * Adds a failure to its kind. There must be few kinds, as each is kept for a window.
   *
   * @param line printed if it is the first of its kind
   */
  synchronized void add(String kind, String line) {
    Kind same = kinds.get(kind);
    if (same == null) {
      same = new Kind(System.nanoTime());
      kinds.put(kind, same);
    }
    same.add(line);
    if (thread == null && !ending) {
      Thread started = new Thread(this, "echo-demo-warnings");
      started.setDaemon(true);
      started.start(); // may fail for lack of memory; the next call tries again
      thread = started;
    }
    notifyAll();
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
  public void run() {
    boolean more = true;
    while (more) {
      try {
        String line = take();
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

  /** Waits for the next line that is due, and returns it, or null at the end. */
  private synchronized String take() throws InterruptedException {
    while (true) {
      long now = System.nanoTime();
      long next = Long.MAX_VALUE;
      for (Iterator<Kind> all = kinds.values().iterator(); all.hasNext(); ) {
        Kind kind = all.next();
        long left = kind.due - now;
        if (left > 0 && !ending) {
          next = Math.min(next, left);
        } else if (kind.count > 0) {
          return kind.take(now, windowNanos);
        } else {
          all.remove();
        }
      }
      if (ending) {
        return null;
      }
      TimeUnit.NANOSECONDS.timedWait(this, next);
    }
  }

  /** Failures that are alike, since they were last printed. */
  private static final class Kind {

    private long due;
    private long since;
    private String first;
    private long count;

    Kind(long now) {
      this.due = now;
      this.since = now;
    }

    void add(String line) {
      if (count == 0) {
        first = line;
      }
      count++;
    }

    String take(long now, long windowNanos) {
      String line = first;
      long more = count - 1;
      long seconds = Math.max(1, TimeUnit.NANOSECONDS.toSeconds(now - since));
      first = null; // before what may fail for lack of memory
      count = 0;
      since = now;
      due = now + windowNanos;
      return more == 0
          ? line
          : line + String.format(Locale.ROOT, " (and %,d more like it in %d s)", more, seconds);
    }
  }
}

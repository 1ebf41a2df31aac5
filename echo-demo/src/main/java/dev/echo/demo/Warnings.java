package dev.echo.demo;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Prints failures that peers can repeat without end. The first of a kind is printed at once. Those
 * that follow within a window are counted, and summed up in one line at its end. While standard
 * error blocks, further failures are counted.
 */
final class Warnings extends LinePrinter {

  private final long windowNanos;

  /** Guarded by this. */
  private final Map<String, Kind> kinds = new LinkedHashMap<>();

  Warnings(long windowNanos, Consumer<String> printer) {
    super("echo-demo-warnings", printer);
    this.windowNanos = windowNanos;
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
    wakeUp();
  }

  @Override
  String take() throws InterruptedException {
    while (true) {
      long now = System.nanoTime();
      long next = Long.MAX_VALUE;
      for (Iterator<Kind> all = kinds.values().iterator(); all.hasNext(); ) {
        Kind kind = all.next();
        long left = kind.due - now;
        if (left > 0 && !isEnding()) {
          next = Math.min(next, left);
        } else if (kind.count > 0) {
          return kind.take(now, windowNanos);
        } else {
          all.remove();
        }
      }
      if (isEnding()) {
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

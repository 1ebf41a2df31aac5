package dev.echo.demo;

import java.util.ArrayDeque;
import java.util.Locale;
import java.util.Queue;
import java.util.function.Consumer;

/**
 * Prints lines in their order. While the printer is slower than those who add them, whole stretches
 * are left out, and their lines counted in one.
 */
final class LineQueue extends LinePrinter {

  /** Some megabytes at most, as lines are bounded. */
  static final int MAX_LINES = 1024;

  /** Guarded by this, as all below. */
  private final Queue<String> lines = new ArrayDeque<>();

  /** Behind the lines. */
  private long leftOut;

  /** Behind those left out, or null. */
  private String last;

  private boolean open;

  LineQueue(Consumer<String> printer) {
    super("echo-demo-printer", printer);
  }

  /** Adds a line. From a full queue on they are counted, until what was there is printed. */
  synchronized void add(String line) {
    if (leftOut > 0 || lines.size() == MAX_LINES) {
      leftOut++;
    } else {
      lines.add(line);
    }
    if (open) {
      wakeUp();
    }
  }

  /** Adds the line that is printed behind all others, at the end, whether there is room or not. */
  synchronized void addLast(String line) {
    last = line;
  }

  /** Prints from now on; before, lines only wait. */
  synchronized void open() {
    open = true;
    if (!lines.isEmpty() || last != null) {
      wakeUp();
    }
  }

  @Override
  void end(long millis) {
    open();
    super.end(millis);
  }

  @Override
  String take() throws InterruptedException {
    while (lines.isEmpty() && leftOut == 0 && !isEnding()) {
      wait();
    }
    if (!lines.isEmpty()) {
      return lines.remove();
    } else if (leftOut > 0) {
      String note = String.format(Locale.ROOT, "(%,d lines left out)", leftOut);
      leftOut = 0;
      return note;
    }
    String line = last;
    last = null;
    return line;
  }
}

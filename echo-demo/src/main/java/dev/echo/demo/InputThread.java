package dev.echo.demo;

import dev.echo.Message;
import dev.echo.MessageTooLargeException;
import java.io.InputStream;

/**
 * Reads lines, at most one ahead, for a thread that also watches the server, as a read of standard
 * input can't be interrupted.
 */
final class InputThread extends Thread {

  /**
   * A line of the input, a failure, or the end of the input.
   *
   * @param message null if there is none
   * @param failure why there is none, or null at the end of the input
   * @param last whether the input ended where a line feed was expected
   */
  record Line(long number, Message message, Throwable failure, boolean last) {

    boolean isEnd() {
      return message == null && failure == null;
    }
  }

  /** Allocated beforehand, for when the heap is full. */
  private static final Line NO_MEMORY =
      new Line(0, null, new OutOfMemoryError("while reading the input"), true);

  private final LineReader reader;

  /** The line that is not taken yet, or null; guarded by this. */
  private Line next;

  InputThread(InputStream in, int limit) {
    super("echo-demo-input");
    this.reader = new LineReader(in, limit);
    setDaemon(true);
  }

  /** Returns the next line, or null if none comes in time; may return null early. */
  synchronized Line poll(long millis) throws InterruptedException {
    if (next == null) {
      wait(millis);
    }
    Line line = next;
    next = null;
    notifyAll();
    return line;
  }

  @Override
  public void run() {
    boolean more = true;
    try {
      for (long number = 1; more; number++) {
        Line line = read(number);
        more = line.message != null || line.failure instanceof MessageTooLargeException;
        put(line);
      }
    } catch (InterruptedException e) {
      interrupt(); // the conversation has ended
    }
  }

  private Line read(long number) {
    try {
      Message message = reader.next();
      return new Line(number, message, null, reader.hasEnded());
    } catch (OutOfMemoryError e) {
      return NO_MEMORY;
    } catch (Throwable e) { // for the thread that waits for the line
      return failed(number, e);
    }
  }

  private Line failed(long number, Throwable failure) {
    try {
      return new Line(number, null, failure, reader.hasEnded());
    } catch (OutOfMemoryError e) {
      return NO_MEMORY;
    }
  }

  private synchronized void put(Line line) throws InterruptedException {
    while (next != null) {
      wait();
    }
    next = line;
    notifyAll();
  }
}

package dev.echo.demo;

import dev.echo.Message;
import dev.echo.MessageTooLargeException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/** Splits the input into lines, and keeps no more of a line than may be sent. */
final class LineReader {

  private static final int[] BYTE_ORDER_MARK = {0xEF, 0xBB, 0xBF};

  private final InputStream in;
  private final int limit;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private boolean started;
  private boolean ended;

  LineReader(InputStream in, int limit) {
    this.in = new BufferedInputStream(in);
    this.limit = limit;
  }

  /**
   * Returns the next line without its terminator, or null at the end of the input.
   *
   * @throws MessageTooLargeException if the line exceeds the limit; the line is skipped
   */
  Message next() throws IOException {
    if (!started) {
      started = true;
      skipByteOrderMark();
    }
    line.reset();
    long size = 0;
    int last = -1;
    int next = read();
    if (next < 0) {
      return null;
    }
    while (next >= 0 && next != '\n') {
      if (size < limit) {
        line.write(next);
      }
      size++;
      last = next;
      next = read();
    }
    if (last == '\r') {
      size--;
    }
    if (size > limit) {
      throw new MessageTooLargeException(
          "It has " + size + " bytes, the limit is " + limit, size, limit);
    }
    return Message.of(line.toByteArray(), 0, (int) size);
  }

  /** Returns whether the end of the input was read, which may have ended the last line. */
  boolean hasEnded() {
    return ended;
  }

  /** Never reads again after the end, as a terminal would continue. */
  private int read() throws IOException {
    int next = ended ? -1 : in.read();
    ended = next < 0;
    return next;
  }

  /** Some editors write one before the first line, which would hide a quit word. */
  private void skipByteOrderMark() throws IOException {
    in.mark(BYTE_ORDER_MARK.length);
    for (int expected : BYTE_ORDER_MARK) {
      int next = in.read();
      if (next != expected) {
        ended = next < 0 && expected == BYTE_ORDER_MARK[0]; // and is not read again
        in.reset();
        return;
      }
    }
  }
}

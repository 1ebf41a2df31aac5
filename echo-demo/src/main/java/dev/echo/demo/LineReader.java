package dev.echo.demo;

import dev.echo.Message;
import dev.echo.MessageTooLargeException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** Cuts bytes into lines, and holds no more of a line than may be sent. */
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
   * Returns the next line without its ending, or null at the end of the input.
   *
   * @throws MessageTooLargeException if the line, which was read to its end, is above the limit
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
          "A line has " + size + " bytes, the limit is " + limit, size, limit);
    }
    return Message.of(ByteBuffer.wrap(line.toByteArray(), 0, (int) size));
  }

  /** Tells whether the end of the input was read, which may also have ended a last line. */
  boolean hasEnded() {
    return ended;
  }

  /** At a terminal one can read on after the end, which is not asked for a second time. */
  private int read() throws IOException {
    int next = ended ? -1 : in.read();
    ended = next < 0;
    return next;
  }

  /** Editors of some systems put it before the first line, which would not be a quit word then. */
  private void skipByteOrderMark() throws IOException {
    in.mark(BYTE_ORDER_MARK.length);
    for (int expected : BYTE_ORDER_MARK) {
      int next = in.read();
      if (next != expected) {
        ended = next < 0 && expected == BYTE_ORDER_MARK[0]; // and is not asked for again
        in.reset();
        return;
      }
    }
  }
}

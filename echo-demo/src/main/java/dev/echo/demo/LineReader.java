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

  private final InputStream in;
  private final int limit;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

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
    line.reset();
    long size = 0;
    int last = -1;
    int next = in.read();
    if (next < 0) {
      return null;
    }
    while (next >= 0 && next != '\n') {
      if (size < limit) {
        line.write(next);
      }
      size++;
      last = next;
      next = in.read();
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
}

package dev.echo.internal.codec;

import dev.echo.internal.BufferLimit;
import java.nio.ByteBuffer;

/** Lines, each of which a line feed ends, or the end of the stream. */
final class LineDecoder extends FrameDecoder {

  /** Within a line that was too large, up to its line feed. */
  private boolean discarding;

  LineDecoder(int limit, BufferLimit buffers) {
    super(limit, buffers);
  }

  @Override
  Result decode(ByteBuffer in) {
    int start = in.position();
    int lineFeed = Bytes.indexOfLineFeed(in.array(), start, in.limit());
    if (discarding) {
      discarding = lineFeed < 0;
      in.position(discarding ? in.limit() : lineFeed + 1);
      return in.hasRemaining() ? decode(in) : Result.INCOMPLETE;
    }
    return lineFeed < 0 ? keepLine(in) : line(in, start, lineFeed);
  }

  private Result keepLine(ByteBuffer in) {
    long length = (hasPartial() ? partial.size() : 0) + (long) in.remaining();
    // One byte more may still be a carriage return that belongs to the line ending.
    boolean fits = length <= limit || length == limit + 1L && in.get(in.limit() - 1) == '\r';
    if (!fits) {
      in.position(in.limit());
      discarding = true;
      return tooLarge(length);
    }
    keep(in, in.remaining());
    return Result.INCOMPLETE;
  }

  private Result line(ByteBuffer in, int start, int lineFeed) {
    if (!hasPartial()) {
      in.position(lineFeed + 1);
      return endingAt(in.array(), start, lineFeed);
    }
    long length = partial.size() + (long) (lineFeed - start);
    if (length > limit + 1L) {
      in.position(lineFeed + 1);
      return tooLarge(length);
    }
    keep(in, lineFeed - start);
    in.position(lineFeed + 1);
    Bytes line = complete();
    return endingAt(line.array(), 0, line.size());
  }

  private Result endingAt(byte[] array, int start, int lineFeed) {
    boolean carriageReturn = lineFeed > start && array[lineFeed - 1] == '\r';
    ending = carriageReturn ? LineEnding.CRLF : LineEnding.LF;
    int end = carriageReturn ? lineFeed - 1 : lineFeed;
    return end - start > limit ? tooLarge(end - start) : frame(array, start, end);
  }

  @Override
  public Result end() {
    Bytes line = complete();
    ending = LineEnding.NONE;
    return line.size() > limit ? tooLarge(line.size()) : frame(line.array(), 0, line.size());
  }

  @Override
  public Bytes suspend() {
    discarding = false;
    return super.suspend();
  }
}

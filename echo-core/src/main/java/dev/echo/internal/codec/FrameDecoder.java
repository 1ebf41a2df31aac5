package dev.echo.internal.codec;

import dev.echo.Framing;
import dev.echo.internal.BufferLimit;
import java.nio.ByteBuffer;
import java.util.function.IntSupplier;

/**
 * Finds the messages in a stream of bytes.
 *
 * <p>A frame that arrived whole is left where it was read; only what is incomplete is copied, and
 * {@link #suspend} hands it out, so that one decoder can serve many connections in turn.
 */
public abstract class FrameDecoder {

  public enum Result {
    /** A message lies in {@link #bytes} between {@link #from} and {@link #to}. */
    FRAME,
    /** All was taken in, and more bytes must come to make a message. */
    INCOMPLETE,
    /** A message has {@link #size} bytes or more; decoding goes on behind it. */
    TOO_LARGE
  }

  public final int limit;
  private final BufferLimit buffers;

  public byte[] bytes;
  public int from;
  public int to;
  public LineEnding ending = LineEnding.NONE;
  public long size;

  /** The beginning of a frame whose end has not arrived, or null. */
  public Bytes partial;

  /** What was partial and is the frame found last, or null. */
  private Bytes whole;

  private FrameDecoder(int limit, BufferLimit buffers) {
    this.limit = limit;
    this.buffers = buffers;
  }

  /**
   * @param limit the largest message, in bytes
   * @param buffers where the room of partial frames is reserved
   */
  public static FrameDecoder of(Framing framing, int limit, BufferLimit buffers) {
    return framing == Framing.LINES
        ? new Lines(limit, buffers)
        : framing == Framing.RAW ? new Raw(limit, buffers) : new LengthPrefixed(limit, buffers);
  }

  /** A decoder of messages whose sizes are known beforehand: -1 for all there is. */
  public static FrameDecoder ofSize(IntSupplier nextSize) {
    return new Sized(nextSize);
  }

  /**
   * Takes bytes from the buffer, which is backed by an array, up to the end of a frame. The frame
   * found before must not be used any more.
   */
  public final Result next(ByteBuffer in) {
    releaseWhole();
    return decode(in);
  }

  abstract Result decode(ByteBuffer in);

  /** Says what the partial frame is when the stream ends: {@code INCOMPLETE} if it is no frame. */
  public Result end() {
    return Result.INCOMPLETE;
  }

  public final boolean hasPartial() {
    return partial != null;
  }

  public final void resume(Bytes kept) {
    partial = kept;
  }

  /**
   * Leaves nothing behind of the stream that was decoded; returns what is to be resumed, or null. A
   * stream with a message that was too large can't be resumed: its rest would be taken for
   * messages.
   */
  public Bytes suspend() {
    releaseWhole();
    Bytes kept = partial;
    partial = null;
    bytes = null;
    return kept;
  }

  /** Leaves nothing behind of a stream that is not decoded any further. */
  public final void discard() {
    Bytes rest = suspend();
    if (rest != null) {
      rest.release();
    }
  }

  /** Takes the partial frame for a whole one. */
  final Bytes complete() {
    whole = partial;
    partial = null;
    return whole;
  }

  private void releaseWhole() {
    if (whole != null) {
      whole.release();
      whole = null;
    }
  }

  /** Appends up to {@code count} bytes to the partial frame, which starts as small as they are. */
  final void keep(ByteBuffer in, int count) {
    if (count == 0) {
      return;
    }
    if (partial == null) {
      partial = new Bytes(count, buffers, 0);
    }
    partial.put(in.array(), in.position(), in.position() + count);
    in.position(in.position() + count);
  }

  final Result frame(byte[] array, int start, int end) {
    bytes = array;
    from = start;
    to = end;
    return Result.FRAME;
  }

  final Result tooLarge(long bytesSoFar) {
    size = bytesSoFar;
    if (partial != null) {
      partial.release();
      partial = null;
    }
    return Result.TOO_LARGE;
  }

  private static final class Lines extends FrameDecoder {

    /** Within a line that was too large, up to its line feed. */
    private boolean discarding;

    Lines(int limit, BufferLimit buffers) {
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

  private static final class LengthPrefixed extends FrameDecoder {

    private static final int HEADER = Integer.BYTES;

    /** How much is still to come of a message that was too large. */
    private long toDiscard;

    LengthPrefixed(int limit, BufferLimit buffers) {
      super(limit, buffers);
    }

    @Override
    Result decode(ByteBuffer in) {
      if (toDiscard > 0) {
        int discarded = (int) Math.min(toDiscard, in.remaining());
        in.position(in.position() + discarded);
        toDiscard -= discarded;
        return in.hasRemaining() ? decode(in) : Result.INCOMPLETE;
      }
      if (!hasPartial() && in.remaining() >= HEADER) {
        long length = Integer.toUnsignedLong(in.getInt(in.position()));
        int start = in.position() + HEADER;
        if (length <= in.limit() - start && length <= limit) {
          in.position(start + (int) length);
          return frame(in.array(), start, start + (int) length);
        }
      }
      return continuePartial(in);
    }

    @Override
    public Bytes suspend() {
      toDiscard = 0;
      return super.suspend();
    }

    private Result continuePartial(ByteBuffer in) {
      int missing = HEADER - (hasPartial() ? partial.size() : 0);
      if (missing > 0) {
        keep(in, Math.min(missing, in.remaining()));
      }
      if (partial.size() < HEADER) {
        return Result.INCOMPLETE;
      }
      long length = Integer.toUnsignedLong(ByteBuffer.wrap(partial.array()).getInt());
      if (length > limit) {
        toDiscard = length;
        return tooLarge(length);
      }
      int end = HEADER + (int) length;
      keep(in, Math.min(end - partial.size(), in.remaining()));
      if (partial.size() < end) {
        return Result.INCOMPLETE;
      }
      Bytes message = complete();
      return frame(message.array(), HEADER, end);
    }
  }

  private static final class Raw extends FrameDecoder {

    Raw(int limit, BufferLimit buffers) {
      super(limit, buffers);
    }

    @Override
    Result decode(ByteBuffer in) {
      int start = in.position();
      in.position(start + Math.min(limit, in.remaining()));
      return frame(in.array(), start, in.position());
    }
  }

  private static final class Sized extends FrameDecoder {

    private final IntSupplier nextSize;

    Sized(IntSupplier nextSize) {
      super(Integer.MAX_VALUE, BufferLimit.NONE);
      this.nextSize = nextSize;
    }

    @Override
    Result decode(ByteBuffer in) {
      int length = nextSize.getAsInt();
      if (length < 0) {
        length = in.remaining();
      }
      keep(in, Math.min(length - (hasPartial() ? partial.size() : 0), in.remaining()));
      if (partial.size() < length) {
        return Result.INCOMPLETE;
      }
      Bytes message = complete();
      return frame(message.array(), 0, length);
    }
  }
}

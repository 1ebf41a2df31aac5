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

  FrameDecoder(int limit, BufferLimit buffers) {
    this.limit = limit;
    this.buffers = buffers;
  }

  /**
   * @param limit the largest message, in bytes
   * @param buffers where the room of partial frames is reserved
   */
  public static FrameDecoder of(Framing framing, int limit, BufferLimit buffers) {
    if (framing == Framing.LINES) {
      return new LineDecoder(limit, buffers);
    }
    return framing == Framing.RAW
        ? new RawDecoder(limit, buffers)
        : new LengthPrefixedDecoder(limit, buffers);
  }

  /** A decoder of messages whose sizes are known beforehand: -1 for all there is. */
  public static FrameDecoder ofSize(IntSupplier nextSize) {
    return new SizedDecoder(nextSize);
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
}

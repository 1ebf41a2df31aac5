package dev.echo.internal.codec;

import dev.echo.internal.BufferLimit;
import java.nio.ByteBuffer;

/** Messages behind their length, in four bytes. */
final class LengthPrefixedDecoder extends FrameDecoder {

  private static final int HEADER = Integer.BYTES;

  /** How much is still to come of a message that was too large. */
  private long toDiscard;

  LengthPrefixedDecoder(int limit, BufferLimit buffers) {
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

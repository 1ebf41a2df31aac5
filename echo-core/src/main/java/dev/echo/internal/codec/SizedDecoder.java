package dev.echo.internal.codec;

import dev.echo.internal.BufferLimit;
import java.nio.ByteBuffer;
import java.util.function.IntSupplier;

/** Messages whose sizes are known beforehand. */
final class SizedDecoder extends FrameDecoder {

  private final IntSupplier nextSize;

  SizedDecoder(IntSupplier nextSize) {
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

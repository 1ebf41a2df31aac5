package dev.echo.internal.codec;

import dev.echo.internal.BufferLimit;
import java.nio.ByteBuffer;

/** Whatever bytes arrive. */
final class RawDecoder extends FrameDecoder {

  RawDecoder(int limit, BufferLimit buffers) {
    super(limit, buffers);
  }

  @Override
  Result decode(ByteBuffer in) {
    int start = in.position();
    in.position(start + Math.min(limit, in.remaining()));
    return frame(in.array(), start, in.position());
  }
}

package dev.echo.internal.codec;

import dev.echo.Framing;
import java.nio.ByteBuffer;

/** Puts down what stands around a message on the wire. */
public final class FrameEncoder {

  private FrameEncoder() {}

  /** Puts down what stands before a message, and returns where the message starts. */
  public static int begin(Framing framing, Bytes out) {
    for (int i = 0; i < bytesBefore(framing); i++) {
      out.put(0);
    }
    return out.size();
  }

  /** How many bytes stand before a message. */
  public static int bytesBefore(Framing framing) {
    return framing == Framing.LENGTH_PREFIXED ? Integer.BYTES : 0;
  }

  /** Puts down what stands behind a message, and completes what stands before it. */
  public static void end(Framing framing, Bytes out, int start, LineEnding ending) {
    if (framing == Framing.LINES) {
      out.put(ending.bytes);
    } else if (framing == Framing.LENGTH_PREFIXED) {
      ByteBuffer.wrap(out.array()).putInt(start - Integer.BYTES, out.size() - start);
    }
  }
}

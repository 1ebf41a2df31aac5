package dev.echo;

import java.nio.ByteBuffer;

/** Puts the frame around a message that is written between {@link #begin} and {@link #end}. */
enum FrameEncoder {
  LINES,
  LENGTH_PREFIXED,
  RAW;

  static FrameEncoder of(Framing framing) {
    return valueOf(framing.name());
  }

  /** Returns where the message starts. */
  int begin(Bytes out) {
    if (this == LENGTH_PREFIXED) {
      for (int i = 0; i < Integer.BYTES; i++) {
        out.put(0);
      }
    }
    return out.size();
  }

  void end(Bytes out, int start, LineEnding ending) {
    if (this == LINES) {
      out.put(ending.bytes);
    } else if (this == LENGTH_PREFIXED) {
      ByteBuffer.wrap(out.array()).putInt(start - Integer.BYTES, out.size() - start);
    }
  }
}

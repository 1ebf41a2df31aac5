package dev.echo;

import dev.echo.internal.codec.Bytes;
import java.nio.ByteBuffer;

/** What a server that changes nothing must send back of a stream, found out byte by byte. */
final class ExpectedReplies {

  private final Framing framing;
  private final int limit;
  private final Bytes sent = new Bytes(1_024);

  /** Where the last complete message ends, and with it the replies. */
  private int size;

  private int messages;
  private boolean broken;

  ExpectedReplies(Framing framing, int limit) {
    this.framing = framing;
    this.limit = limit;
  }

  int size() {
    return size;
  }

  int messages() {
    return messages;
  }

  /** Whether a message was too large, after which nothing is answered. */
  boolean areBroken() {
    return broken;
  }

  ByteBuffer between(int from, int to) {
    return ByteBuffer.wrap(sent.array(), from, to - from);
  }

  /** Adds the first bytes of an array to what was sent. */
  void add(byte[] bytes, int count) {
    sent.put(bytes, 0, count);
    for (int end = endOfFrame(); !broken && end >= 0; end = endOfFrame()) {
      size = end;
      messages++;
    }
  }

  /** The last line is a message without its end, too. */
  void end() {
    int rest = sent.size() - size;
    broken |= framing == Framing.LINES && rest > limit;
    if (framing == Framing.LINES && rest > 0 && !broken) {
      size = sent.size();
      messages++;
    }
  }

  /** Returns where the next complete message ends, or -1, and may find out that it is too large. */
  private int endOfFrame() {
    return switch (framing) {
      case LINES -> endOfLine();
      case LENGTH_PREFIXED -> endOfBlock();
      case RAW -> sent.size() > size ? sent.size() : -1;
    };
  }

  private int endOfLine() {
    int end = size;
    while (end < sent.size() && sent.array()[end] != '\n') {
      end++;
    }
    boolean carriageReturn = end > size && sent.array()[end - 1] == '\r';
    broken = end - size - (carriageReturn ? 1 : 0) > limit;
    return end < sent.size() ? end + 1 : -1;
  }

  private int endOfBlock() {
    int start = size + Integer.BYTES;
    if (start > sent.size()) {
      return -1;
    }
    long length = Integer.toUnsignedLong(ByteBuffer.wrap(sent.array()).getInt(size));
    broken = length > limit;
    return start + length <= sent.size() ? start + (int) length : -1;
  }
}

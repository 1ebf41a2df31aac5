package dev.echo.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.echo.Framing;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Tells by the plainest means, byte by byte, which messages are in a stream. */
public final class FrameModel {

  /** What a decoder says of a message above the limit, and of a stream that ends inside of one. */
  public static final String TOO_LARGE = "too large";

  public static final String INCOMPLETE = "incomplete";

  /**
   * @param end where its frame ends in the stream
   */
  public record Message(String text, int end) {}

  private final Framing framing;
  private final int limit;
  private final List<String> decoded = new ArrayList<>();
  private final List<Message> answered = new ArrayList<>();
  private byte[] stream = new byte[1_024];
  private int size;

  /** Where the frame begins that is not complete. */
  private int start;

  /** Whether that is too large, so that the rest of it is skipped. */
  private boolean skips;

  private boolean broken;

  /**
   * @param limit how large a message may be
   */
  public FrameModel(Framing framing, int limit) {
    this.framing = framing;
    this.limit = limit;
  }

  /** Adds the first bytes of an array to the stream. */
  public FrameModel add(byte[] bytes, int count) {
    for (int i = 0; i < count; i++) {
      if (size == stream.length) {
        stream = Arrays.copyOf(stream, 2 * size);
      }
      stream[size++] = bytes[i];
      switch (framing) {
        case LINES -> addToLine();
        case LENGTH_PREFIXED -> addToBlock();
        case RAW -> {} // its messages are what arrives together
      }
    }
    return this;
  }

  private void addToLine() {
    boolean ends = stream[size - 1] == '\n';
    int to = ends ? size - 1 : size;
    boolean carriageReturn = to > start && stream[to - 1] == '\r';
    int length = to - start - (carriageReturn ? 1 : 0);
    if (length > limit) {
      skip();
    }
    if (ends) {
      endFrame(start, length, carriageReturn ? "CRLF" : "LF");
    }
  }

  private void addToBlock() {
    int held = size - start - Integer.BYTES;
    if (held < 0) {
      return;
    }
    long length = Integer.toUnsignedLong(ByteBuffer.wrap(stream).getInt(start));
    if (length > limit) {
      skip();
    }
    if (length == held) {
      endFrame(start + Integer.BYTES, held, "NONE");
    }
  }

  private void skip() {
    if (!skips) {
      decoded.add(TOO_LARGE);
      skips = true;
      broken = true;
    }
  }

  private void endFrame(int from, int length, String ending) {
    if (!skips) {
      String text = new String(stream, from, length, ISO_8859_1);
      decoded.add(text + "|" + ending);
      if (!broken) {
        answered.add(new Message(text, size));
      }
    }
    start = size;
    skips = false;
  }

  /** Ends the stream: the last line is a message without its end, too. */
  public FrameModel end() {
    int rest = size - start;
    if (framing == Framing.LINES && rest > 0) {
      if (rest > limit) {
        skip();
      }
      endFrame(start, rest, "NONE");
    } else if (framing == Framing.LENGTH_PREFIXED && rest > 0 && !skips) {
      decoded.add(INCOMPLETE);
    }
    return this;
  }

  /** What a decoder finds: each message with its line ending, and what is none. */
  public List<String> decoded() {
    return decoded;
  }

  /** What a server answers: the messages before the first that is too large. */
  public List<Message> answered() {
    return answered;
  }

  /** How much of the stream a server sends back that changes nothing. */
  public int answeredBytes() {
    if (framing == Framing.RAW) {
      return size;
    }
    return answered.isEmpty() ? 0 : answered.get(answered.size() - 1).end;
  }

  /** Whether a message was too large, after which nothing is answered. */
  public boolean isBroken() {
    return broken;
  }

  public ByteBuffer between(int from, int to) {
    return ByteBuffer.wrap(stream, from, to - from);
  }
}

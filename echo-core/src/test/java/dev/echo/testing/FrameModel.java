package dev.echo.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.echo.Framing;
import dev.echo.internal.codec.LineEnding;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Tells by the plainest means which messages are in a stream, to compare the decoders with. */
public final class FrameModel {

  /**
   * @param terminator what ended it: nothing, or a line ending
   */
  public record Message(byte[] bytes, LineEnding terminator) {

    public String text() {
      return new String(bytes, ISO_8859_1);
    }
  }

  public final List<Message> messages = new ArrayList<>();

  /** How many of the messages stand before the first that is too large, or all of them. */
  public int beforeTooLarge = -1;

  /** What {@link DecodedStream} says of the same stream. */
  final List<String> decoded = new ArrayList<>();

  private final int limit;

  private FrameModel(int limit) {
    this.limit = limit;
  }

  /** The stream up to its end, in lines or with the lengths before its messages. */
  public static FrameModel of(Framing framing, int limit, byte[] stream) {
    FrameModel model = new FrameModel(limit);
    if (framing == Framing.LINES) {
      model.addLines(stream);
    } else {
      model.addLengthPrefixed(ByteBuffer.wrap(stream));
    }
    if (model.beforeTooLarge < 0) {
      model.beforeTooLarge = model.messages.size();
    }
    return model;
  }

  private void addLines(byte[] stream) {
    String text = new String(stream, ISO_8859_1);
    int from = 0;
    for (int to = text.indexOf('\n'); to >= 0; to = text.indexOf('\n', from)) {
      boolean crlf = to > from && text.charAt(to - 1) == '\r';
      LineEnding ending = crlf ? LineEnding.CRLF : LineEnding.LF;
      add(Arrays.copyOfRange(stream, from, crlf ? to - 1 : to), ending);
      from = to + 1;
    }
    if (from < stream.length) {
      add(Arrays.copyOfRange(stream, from, stream.length), LineEnding.NONE);
    }
  }

  private void addLengthPrefixed(ByteBuffer stream) {
    while (stream.remaining() >= Integer.BYTES) {
      long length = Integer.toUnsignedLong(stream.getInt());
      if (length > limit) {
        addTooLarge();
        stream.position((int) Math.min(stream.limit(), stream.position() + length));
      } else if (length > stream.remaining()) {
        decoded.add("incomplete");
        return;
      } else {
        byte[] message = new byte[(int) length];
        stream.get(message);
        add(message, LineEnding.NONE);
      }
    }
    if (stream.hasRemaining()) {
      decoded.add("incomplete");
    }
  }

  private void add(byte[] bytes, LineEnding terminator) {
    if (bytes.length > limit) {
      addTooLarge();
    } else {
      Message message = new Message(bytes, terminator);
      messages.add(message);
      decoded.add(message.text() + "|" + terminator);
    }
  }

  private void addTooLarge() {
    decoded.add(DecodedStream.TOO_LARGE);
    if (beforeTooLarge < 0) {
      beforeTooLarge = messages.size();
    }
  }
}

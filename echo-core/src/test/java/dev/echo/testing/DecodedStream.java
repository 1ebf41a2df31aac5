package dev.echo.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.Framing;
import dev.echo.internal.BufferLimit;
import dev.echo.internal.codec.FrameDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Feeds a decoder as a connection does, through one buffer that every read overwrites. */
public final class DecodedStream {

  public final FrameDecoder decoder;
  public final List<String> messages = new ArrayList<>();
  private final Runnable onFrame;
  private final Charset charset;
  private final ByteBuffer in = ByteBuffer.allocate(10_000);
  private int reads;

  public DecodedStream(Framing framing, int limit) {
    this(FrameDecoder.of(framing, limit, BufferLimit.NONE));
  }

  public DecodedStream(FrameDecoder decoder) {
    this(decoder, () -> {});
  }

  public DecodedStream(FrameDecoder decoder, Runnable onFrame) {
    this(decoder, onFrame, UTF_8);
  }

  public DecodedStream(FrameDecoder decoder, Runnable onFrame, Charset charset) {
    this.decoder = decoder;
    this.onFrame = onFrame;
    this.charset = charset;
  }

  public DecodedStream read(String text) {
    return read(bytes(text));
  }

  public DecodedStream read(byte[] bytes) {
    return read(bytes, 0, bytes.length);
  }

  public DecodedStream readByteByByte(byte[] bytes) {
    for (int i = 0; i < bytes.length; i++) {
      read(bytes, i, i + 1);
    }
    return this;
  }

  public DecodedStream read(byte[] bytes, int from, int to) {
    // Around it lies what must not be read: a carriage return before it, line feeds behind.
    int start = ++reads % 3;
    Arrays.fill(in.array(), 0, start, (byte) '\r');
    Arrays.fill(in.array(), start, in.capacity(), (byte) '\n');
    in.clear().position(start).put(bytes, from, to - from).flip().position(start);
    while (in.hasRemaining()) {
      add(decoder.next(in));
    }
    return this;
  }

  /** Returns the messages, the last one included that the end of the stream ends. */
  public List<String> end() {
    if (decoder.hasPartial()) {
      FrameDecoder.Result result = decoder.end();
      if (result == FrameDecoder.Result.INCOMPLETE) {
        messages.add(FrameModel.INCOMPLETE);
      } else {
        add(result);
        assertFalse(decoder.hasPartial());
      }
    }
    return Collections.unmodifiableList(messages);
  }

  private void add(FrameDecoder.Result result) {
    switch (result) {
      case FRAME -> {
        String text = new String(decoder.bytes, decoder.from, decoder.to - decoder.from, charset);
        messages.add(text + "|" + decoder.ending);
        onFrame.run();
      }
      case TOO_LARGE -> {
        assertTrue(decoder.size > decoder.limit, "size " + decoder.size);
        messages.add(FrameModel.TOO_LARGE);
      }
      case INCOMPLETE -> assertFalse(in.hasRemaining());
    }
  }

  public static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  public static ByteBuffer buffer(String text) {
    return ByteBuffer.wrap(bytes(text));
  }

  public static byte[] prefixed(String... messages) {
    ByteBuffer out = ByteBuffer.allocate(10_000);
    for (String message : messages) {
      out.putInt(bytes(message).length).put(bytes(message));
    }
    return Arrays.copyOf(out.array(), out.position());
  }
}

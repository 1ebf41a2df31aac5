package dev.echo.internal.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.echo.Framing;
import dev.echo.Message;
import dev.echo.internal.BufferLimit;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FramingTest {

  @ParameterizedTest
  @EnumSource
  void endsALineAsItsRequestEnded(LineEnding ending) {
    Bytes out = new Bytes(1);

    frame(Framing.LINES, out, "a", ending);
    frame(Framing.LINES, out, "", ending);

    String end = switch (ending) {
      case NONE -> "";
      case LF -> "\n";
      case CRLF -> "\r\n";
    };
    assertEquals("a" + end + end, Message.of(out.toByteArray(0)).text());
  }

  @ParameterizedTest
  @CsvSource({"LENGTH_PREFIXED, CRLF", "RAW, CRLF", "RAW, NONE"})
  void addsNoLineEndingOtherwise(Framing framing, LineEnding ending) {
    Bytes out = new Bytes(1);

    int start = frame(framing, out, "hello", ending);

    assertEquals("hello", Message.of(out.toByteArray(start)).text());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 255, 256, 65_535, 65_536, 16_777_216})
  void prefixesTheLengthInFourBytesMostSignificantFirst(int size) {
    Bytes out = new Bytes(1);
    frame(Framing.LENGTH_PREFIXED, out, "before", LineEnding.NONE);
    int frame = out.size();

    int start = FrameEncoder.begin(Framing.LENGTH_PREFIXED, out);
    out.put(new byte[size]);
    FrameEncoder.end(Framing.LENGTH_PREFIXED, out, start, LineEnding.NONE);

    assertEquals(frame + 4, start);
    assertEquals(start + size, out.size());
    byte[] header = {(byte) (size >> 24), (byte) (size >> 16), (byte) (size >> 8), (byte) size};
    assertArrayEquals(header, Arrays.copyOfRange(out.array(), frame, start));
    assertArrayEquals(new byte[] {0, 0, 0, 6}, Arrays.copyOf(out.array(), 4));
  }

  @ParameterizedTest
  @EnumSource
  void writesWhatTheDecoderOfTheSameFramingReads(Framing framing) {
    Bytes out = new Bytes(1);
    frame(framing, out, "héllo", LineEnding.LF);

    FrameDecoder decoder = FrameDecoder.of(framing, 100, BufferLimit.NONE);
    decoder.next(ByteBuffer.wrap(out.array(), 0, out.size()));

    assertEquals(
        "héllo",
        Message.of(decoder.bytes, decoder.from, decoder.to - decoder.from).text());
  }

  private static int frame(Framing framing, Bytes out, String text, LineEnding ending) {
    int start = FrameEncoder.begin(framing, out);
    out.put(Message.of(text).toByteArray());
    FrameEncoder.end(framing, out, start, ending);
    return start;
  }
}

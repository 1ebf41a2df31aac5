package dev.echo.internal.codec;

import static dev.echo.testing.DecodedStream.buffer;
import static dev.echo.testing.DecodedStream.bytes;
import static dev.echo.testing.DecodedStream.prefixed;
import static dev.echo.testing.FrameModel.TOO_LARGE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.Framing;
import dev.echo.internal.BufferLimit;
import dev.echo.internal.Settings;
import dev.echo.testing.DecodedStream;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a decoder does with messages that are too large, and how much it holds of any. */
class FrameDecoderLimitTest {

  @ParameterizedTest
  @CsvSource({"LINES, true", "LINES, false", "LENGTH_PREFIXED, true", "LENGTH_PREFIXED, false"})
  void acceptsMessagesUpToTheLimitAndRefusesOneByteMore(Framing framing, boolean carriageReturn) {
    int limit = 10;
    for (int size = limit - 2; size <= limit + 4; size++) {
      String message = "é" + "x".repeat(size - 2);
      byte[] input = framing == Framing.LENGTH_PREFIXED
          ? prefixed("first", message, "next")
          : ("first\n" + message + (carriageReturn ? "\r\n" : "\n") + "next\n").getBytes(UTF_8);
      for (int split = 0; split <= input.length; split++) {
        DecodedStream stream = new DecodedStream(framing, limit);

        stream.read(input, 0, split).read(input, split, input.length);

        List<String> texts = stream.end().stream().map(s -> s.split("\\|")[0]).toList();
        String expected = size <= limit ? message : TOO_LARGE;
        assertEquals(List.of("first", expected, "next"), texts, size + " bytes, split at " + split);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"LINES", "LENGTH_PREFIXED"})
  void tellsTheSizeOfAMessageThatIsTooLarge(Framing framing) {
    FrameDecoder decoder = FrameDecoder.of(framing, 3, BufferLimit.NONE);
    ByteBuffer in =
        framing == Framing.LINES ? buffer("12345\r\n") : ByteBuffer.wrap(prefixed("12345"));

    assertEquals(FrameDecoder.Result.TOO_LARGE, decoder.next(in));

    assertEquals(5, decoder.size);
    assertEquals(3, decoder.limit);
  }

  @Test
  void tellsTheSizeOfALineBehindAnother() {
    FrameDecoder decoder = FrameDecoder.of(Framing.LINES, 3, BufferLimit.NONE);
    ByteBuffer in = buffer("ok\n12345\n");

    assertEquals(FrameDecoder.Result.FRAME, decoder.next(in));
    assertEquals(FrameDecoder.Result.TOO_LARGE, decoder.next(in));

    assertEquals(5, decoder.size);
  }

  @Test
  void addsNothingToAPartialLineThatTurnsOutToBeTooLarge() {
    FrameDecoder decoder = FrameDecoder.of(Framing.LINES, 10, new BufferLimit(3));
    assertEquals(FrameDecoder.Result.INCOMPLETE, decoder.next(buffer("123")));

    assertEquals(FrameDecoder.Result.TOO_LARGE, decoder.next(buffer("x".repeat(5000) + "\n")));

    assertFalse(decoder.hasPartial());
  }

  @Test
  void tellsHowMuchOfALineHadArrivedWhenItPassedTheLimit() {
    FrameDecoder decoder = FrameDecoder.of(Framing.LINES, 3, BufferLimit.NONE);

    assertEquals(FrameDecoder.Result.INCOMPLETE, decoder.next(buffer("123")));
    assertEquals(FrameDecoder.Result.TOO_LARGE, decoder.next(buffer("4567")));
    assertEquals(7, decoder.size);

    assertEquals(FrameDecoder.Result.INCOMPLETE, decoder.next(buffer("\n123")));
    assertEquals(FrameDecoder.Result.TOO_LARGE, decoder.next(buffer("456\n")));
    assertEquals(6, decoder.size);
  }

  @Test
  void refusesALineOfTheLimitWithACarriageReturnThatBelongsToNoLineEnding() {
    assertEquals(
        List.of(TOO_LARGE, "nxt|LF"),
        new DecodedStream(Framing.LINES, 3).read("123\r").read("x\nnxt\n").end());
    assertEquals(
        List.of(TOO_LARGE), new DecodedStream(Framing.LINES, 3).read("123\r").end());
    assertEquals(
        List.of("12\r|NONE"), new DecodedStream(Framing.LINES, 3).read("12\r").end());
    assertEquals(
        List.of("123|CRLF"),
        new DecodedStream(Framing.LINES, 3).read("123\r").read("\n").end());
  }

  @Test
  void refusesAnEndlessLineOnceAndHoldsNothingOfIt() {
    DecodedStream stream = new DecodedStream(Framing.LINES, 1000);
    String chunk = "x".repeat(700);

    for (int i = 0; i < 1000; i++) {
      stream.read(chunk);
      assertTrue(i == 0 || !stream.decoder.hasPartial());
    }

    assertEquals(List.of(TOO_LARGE, "next|LF"), stream.read("x\nnext\n").end());
  }

  @ParameterizedTest
  @EnumSource(names = {"LINES", "LENGTH_PREFIXED"})
  void holdsNoMoreOfAPartialFrameThanTheLimitAllows(Framing framing) {
    int limit = 1000;
    int beside = framing == Framing.LINES ? 1 : Integer.BYTES; // the carriage return, the header
    for (int size : new int[] {limit, limit + 1, 3 * limit}) {
      for (int step : new int[] {1, 7, 600}) {
        DecodedStream stream = new DecodedStream(framing, limit);
        byte[] input =
            framing == Framing.LINES ? bytes("x".repeat(size)) : prefixed("x".repeat(size));
        for (int from = 0; from < input.length; from += step) {
          stream.read(input, from, Math.min(from + step, input.length));

          Bytes partial = stream.decoder.partial;
          assertTrue(partial == null || partial.size() <= limit + beside);
          assertTrue(partial == null || partial.array().length <= 2 * (limit + beside));
        }
      }
    }
  }

  @Test
  void reservesNoMemoryForWhatIsOnlyAnnounced() {
    FrameDecoder decoder =
        FrameDecoder.of(Framing.LENGTH_PREFIXED, Settings.MAX_MESSAGE_SIZE, BufferLimit.NONE);
    byte[] header = ByteBuffer.allocate(5).putInt(Settings.MAX_MESSAGE_SIZE).array();

    assertEquals(FrameDecoder.Result.INCOMPLETE, decoder.next(ByteBuffer.wrap(header)));

    assertTrue(decoder.partial.array().length <= 16, "capacity " + decoder.partial.array().length);
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 0x7FFF_FFFFL, 0x8000_0000L, 0xFFFF_FFFFL})
  void readsLengthsAsUnsigned(long length) {
    byte[] header = ByteBuffer.allocate(4).putInt((int) length).array();
    for (int split = 0; split <= header.length; split++) {
      DecodedStream stream = new DecodedStream(Framing.LENGTH_PREFIXED, 10);

      stream.read(header, 0, split).read(header, split, 4).read("some");

      assertEquals(List.of(TOO_LARGE), stream.messages, "split at " + split);
      assertEquals(length, stream.decoder.size);
      assertFalse(stream.decoder.hasPartial());
    }
  }
}

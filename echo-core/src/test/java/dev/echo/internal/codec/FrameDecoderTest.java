package dev.echo.internal.codec;

import static dev.echo.testing.DecodedStream.buffer;
import static dev.echo.testing.DecodedStream.bytes;
import static dev.echo.testing.DecodedStream.prefixed;
import static dev.echo.testing.FrameModel.TOO_LARGE;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.Framing;
import dev.echo.internal.BufferLimit;
import dev.echo.testing.DecodedStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Framing without sockets: what arrives in whatever pieces is the same messages. */
class FrameDecoderTest {

  private static final byte[] LINES = "a\nhéllo wörld €𝄞\r\n\n\r\nx\ry\r\r\nlast".getBytes(UTF_8);
  private static final List<String> LINES_MESSAGES =
      List.of("a|LF", "héllo wörld €𝄞|CRLF", "|LF", "|CRLF", "x\ry\r|CRLF", "last|NONE");

  private static final byte[] PREFIXED = prefixed("a", "héllo wörld €𝄞", "", "x\ny\r\n", "");
  private static final List<String> PREFIXED_MESSAGES =
      List.of("a|NONE", "héllo wörld €𝄞|NONE", "|NONE", "x\ny\r\n|NONE", "|NONE");

  @Test
  void findsSeveralFramesInOneRead() {
    assertEquals(
        LINES_MESSAGES, new DecodedStream(Framing.LINES, 100).read(LINES).end());
    assertEquals(
        PREFIXED_MESSAGES,
        new DecodedStream(Framing.LENGTH_PREFIXED, 100).read(PREFIXED).end());
  }

  @ParameterizedTest
  @EnumSource(names = {"LINES", "LENGTH_PREFIXED"})
  void findsTheSameFramesWhereverTheInputIsSplit(Framing framing) {
    byte[] input = framing == Framing.LINES ? LINES : PREFIXED;
    List<String> expected = framing == Framing.LINES ? LINES_MESSAGES : PREFIXED_MESSAGES;

    for (int first = 0; first <= input.length; first++) {
      for (int second = first; second <= input.length; second++) {
        DecodedStream stream = new DecodedStream(framing, 100);

        stream.read(input, 0, first).read(input, first, second).read(input, second, input.length);

        assertEquals(expected, stream.end(), "split at " + first + " and " + second);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"LINES", "LENGTH_PREFIXED"})
  void findsTheSameFramesAByteAtATime(Framing framing) {
    byte[] input = framing == Framing.LINES ? LINES : PREFIXED;
    DecodedStream stream = new DecodedStream(framing, 100);

    stream.readByteByByte(input);

    assertEquals(framing == Framing.LINES ? LINES_MESSAGES : PREFIXED_MESSAGES, stream.end());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "h", "hello"})
  void leavesAFrameThatArrivedWholeWhereItWasRead(String message) {
    for (Framing framing : List.of(Framing.LINES, Framing.LENGTH_PREFIXED)) {
      FrameDecoder decoder =
          FrameDecoder.of(framing, Math.max(1, message.length()), BufferLimit.NONE);
      ByteBuffer in =
          framing == Framing.LINES ? buffer(message + "\n") : ByteBuffer.wrap(prefixed(message));

      assertEquals(FrameDecoder.Result.FRAME, decoder.next(in));

      assertSame(in.array(), decoder.bytes);
      assertEquals(
          message, new String(decoder.bytes, decoder.from, decoder.to - decoder.from, UTF_8));
      assertFalse(decoder.hasPartial());
      assertFalse(in.hasRemaining());
    }
  }

  @Test
  void holdsOnToNothingBetweenTwoConnections() {
    FrameDecoder decoder = FrameDecoder.of(Framing.LINES, 100, BufferLimit.NONE);
    ByteBuffer in = buffer("hello\nwor");
    assertEquals(FrameDecoder.Result.FRAME, decoder.next(in));
    assertEquals(FrameDecoder.Result.INCOMPLETE, decoder.next(in));

    Bytes kept = decoder.suspend();

    assertEquals("wor", new String(kept.toByteArray(0), UTF_8));
    assertFalse(decoder.hasPartial());
    assertNull(decoder.bytes);
  }

  @ParameterizedTest
  @EnumSource(names = {"LINES", "LENGTH_PREFIXED"})
  void goesOnWithWhatAnotherDecoderHadBegun(Framing framing) {
    FrameDecoder shared = FrameDecoder.of(framing, 100, BufferLimit.NONE);
    byte[] one = framing == Framing.LENGTH_PREFIXED ? prefixed("one") : bytes("one\n");
    byte[] two = framing == Framing.LENGTH_PREFIXED ? prefixed("two") : bytes("two\n");
    int split = one.length - 2;

    // Two connections, each read in two pieces, take turns with one decoder.
    DecodedStream first = new DecodedStream(shared).read(one, 0, split);
    Bytes keptOfFirst = shared.suspend();
    DecodedStream second = new DecodedStream(shared).read(two, 0, split);
    Bytes keptOfSecond = shared.suspend();
    shared.resume(keptOfFirst);
    first.read(one, split, one.length);
    assertNull(shared.suspend());
    shared.resume(keptOfSecond);
    second.read(two, split, two.length);

    String ending = framing == Framing.LINES ? "|LF" : "|NONE";
    assertEquals(List.of("one" + ending), first.messages);
    assertEquals(List.of("two" + ending), second.messages);
  }

  @ParameterizedTest
  @EnumSource(names = {"LINES", "LENGTH_PREFIXED"})
  void startsAfreshForAnotherConnectionWithinAMessageThatWasTooLarge(Framing framing) {
    FrameDecoder shared = FrameDecoder.of(framing, 10, BufferLimit.NONE);
    byte[] tooLarge = Arrays.copyOf(
        framing == Framing.LINES ? bytes("x".repeat(20)) : prefixed("x".repeat(20)), 20);

    assertEquals(List.of(TOO_LARGE), new DecodedStream(shared).read(tooLarge).messages);
    assertNull(shared.suspend());
    shared.resume(null);

    DecodedStream other =
        new DecodedStream(shared).read(framing == Framing.LINES ? bytes("a\n") : prefixed("a"));
    assertEquals(1, other.messages.size(), "the other connection's message was taken for the rest");
    assertTrue(other.messages.get(0).startsWith("a|"));
  }

  @Test
  void theEndOfTheStreamEndsALineButNoOtherFrame() {
    byte[] input = prefixed("hello");

    assertEquals(
        List.of("hel|NONE"), new DecodedStream(Framing.LINES, 9).read("hel").end());
    assertEquals(
        List.of("a|CRLF", "b|NONE"),
        new DecodedStream(Framing.LINES, 9).read("a\r\nb").end());
    for (int size = 1; size < input.length; size++) {
      assertEquals(
          List.of("incomplete"),
          new DecodedStream(Framing.LENGTH_PREFIXED, 9)
              .read(Arrays.copyOf(input, size))
              .end());
    }
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsLeftAtTheEndOfAStreamBetweenFrames(Framing framing) {
    DecodedStream stream = new DecodedStream(framing, 10);

    stream.read(framing == Framing.LENGTH_PREFIXED ? prefixed("a") : bytes("a\n"));

    assertFalse(stream.decoder.hasPartial());
    assertNull(stream.decoder.suspend());
  }

  @Test
  void rawTakesWhatArrivesInPiecesOfTheLimit() {
    DecodedStream stream = new DecodedStream(Framing.RAW, 4);

    stream.read("a").read("bcde").read("fghij\r\nk").read("\n");

    assertEquals(
        List.of("a|NONE", "bcde|NONE", "fghi|NONE", "j\r\nk|NONE", "\n|NONE"), stream.end());
  }

  @Test
  void takesAsManyBytesAsAreExpected() {
    byte[] input = bytes("hello€a\nb");
    List<String> expected = List.of("hello|NONE", "€|NONE", "a|NONE", "\nb|NONE");
    for (int first = 0; first <= input.length; first++) {
      for (int second = first; second <= input.length; second++) {
        Deque<Integer> sizes = new ArrayDeque<>(List.of(5, 3, 1, 2));
        DecodedStream stream = new DecodedStream(FrameDecoder.ofSize(sizes::peek), sizes::poll);

        stream.read(input, 0, first).read(input, first, second).read(input, second, input.length);

        assertEquals(expected, stream.messages, "split at " + first + " and " + second);
        assertFalse(stream.decoder.hasPartial());
      }
    }
  }

  @Test
  void takesAllThereIsWhenNothingIsExpected() {
    DecodedStream stream = new DecodedStream(FrameDecoder.ofSize(() -> -1));

    assertEquals(List.of("hello\n|NONE", "b|NONE"), stream.read("hello\n").read("b").messages);
  }

  @Test
  void theEndOfTheStreamWithinExpectedBytesIsNoFrame() {
    FrameDecoder decoder = FrameDecoder.ofSize(() -> 5);

    assertEquals(FrameDecoder.Result.INCOMPLETE, decoder.next(buffer("hell")));
    assertTrue(decoder.hasPartial());
    assertEquals(FrameDecoder.Result.INCOMPLETE, decoder.end());
  }

  @ParameterizedTest(name = "{0}, seed {1}")
  @CsvSource({
    "LINES, 1",
    "LINES, 2",
    "LINES, 3",
    "LINES, 4",
    "LENGTH_PREFIXED, 1",
    "LENGTH_PREFIXED, 2",
    "LENGTH_PREFIXED, 3",
    "LENGTH_PREFIXED, 4"
  })
  void findsRandomMessagesInRandomPieces(Framing framing, long seed) {
    Random random = new Random(seed);
    int limit = 40;
    Bytes input = new Bytes(16);
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      byte[] message = new byte[random.nextInt(random.nextInt(10) == 0 ? 3 * limit : limit + 3)];
      random.nextBytes(message);
      LineEnding ending = LineEnding.NONE;
      if (framing == Framing.LINES) {
        ending = random.nextBoolean() ? LineEnding.LF : LineEnding.CRLF;
        for (int b = 0; b < message.length; b++) {
          if (message[b] == '\n' || message[b] == '\r') {
            message[b] = 'x';
          }
        }
      }
      int start = FrameEncoder.begin(framing, input);
      input.put(message);
      FrameEncoder.end(framing, input, start, ending);
      expected.add(
          message.length > limit ? TOO_LARGE : new String(message, ISO_8859_1) + "|" + ending);
    }

    DecodedStream stream =
        new DecodedStream(FrameDecoder.of(framing, limit, BufferLimit.NONE), () -> {}, ISO_8859_1);
    for (int from = 0, to; from < input.size(); from = to) {
      to = Math.min(input.size(), from + 1 + random.nextInt(random.nextBoolean() ? 3 : 200));
      stream.read(input.array(), from, to);
    }

    assertEquals(expected, stream.end());
  }
}

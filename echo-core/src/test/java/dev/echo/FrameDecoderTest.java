package dev.echo;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
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

  private static final String TOO_LARGE = "too large";

  private static final byte[] LINES = "a\nhéllo wörld €𝄞\r\n\n\r\nx\ry\r\r\nlast".getBytes(UTF_8);
  private static final List<String> LINES_MESSAGES =
      List.of("a|LF", "héllo wörld €𝄞|CRLF", "|LF", "|CRLF", "x\ry\r|CRLF", "last|NONE");

  private static final byte[] PREFIXED = prefixed("a", "héllo wörld €𝄞", "", "x\ny\r\n", "");
  private static final List<String> PREFIXED_MESSAGES =
      List.of("a|NONE", "héllo wörld €𝄞|NONE", "|NONE", "x\ny\r\n|NONE", "|NONE");

  @Test
  void findsSeveralFramesInOneRead() {
    assertEquals(LINES_MESSAGES, new Stream(Framing.LINES, 100).read(LINES).end());
    assertEquals(
        PREFIXED_MESSAGES,
        new Stream(Framing.LENGTH_PREFIXED, 100).read(PREFIXED).end());
  }

  @ParameterizedTest
  @EnumSource(names = {"LINES", "LENGTH_PREFIXED"})
  void findsTheSameFramesWhereverTheInputIsSplit(Framing framing) {
    byte[] input = framing == Framing.LINES ? LINES : PREFIXED;
    List<String> expected = framing == Framing.LINES ? LINES_MESSAGES : PREFIXED_MESSAGES;

    for (int first = 0; first <= input.length; first++) {
      for (int second = first; second <= input.length; second++) {
        Stream stream = new Stream(framing, 100);

        stream.read(input, 0, first).read(input, first, second).read(input, second, input.length);

        assertEquals(expected, stream.end(), "split at " + first + " and " + second);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"LINES", "LENGTH_PREFIXED"})
  void findsTheSameFramesAByteAtATime(Framing framing) {
    byte[] input = framing == Framing.LINES ? LINES : PREFIXED;
    Stream stream = new Stream(framing, 100);

    stream.readByteByByte(input);

    assertEquals(framing == Framing.LINES ? LINES_MESSAGES : PREFIXED_MESSAGES, stream.end());
  }

  @Test
  void keepsNothingOfAFrameThatArrivedWhole() {
    FrameDecoder decoder = FrameDecoder.of(Framing.LINES, 100);
    ByteBuffer in = buffer("hello\nwor");

    assertEquals(FrameDecoder.Result.FRAME, decoder.next(in));

    assertFalse(decoder.hasPartial());
    assertEquals(in.array(), decoder.bytes, "the frame lies where it was read");
    assertEquals(FrameDecoder.Result.INCOMPLETE, decoder.next(in));
    assertTrue(decoder.hasPartial());
    assertFalse(in.hasRemaining());
    decoder.suspend();
    assertFalse(decoder.hasPartial());
    assertNull(decoder.bytes, "a decoder between two connections must not hold on to a message");
  }

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
        Stream stream = new Stream(framing, limit);

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
    FrameDecoder decoder = FrameDecoder.of(framing, 3);
    ByteBuffer in =
        framing == Framing.LINES ? buffer("12345\r\n") : ByteBuffer.wrap(prefixed("12345"));

    assertEquals(FrameDecoder.Result.TOO_LARGE, decoder.next(in));

    assertEquals(5, decoder.size);
    assertEquals(3, decoder.limit);
  }

  @Test
  void tellsHowMuchOfALineHadArrivedWhenItPassedTheLimit() {
    FrameDecoder decoder = FrameDecoder.of(Framing.LINES, 3);

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
        new Stream(Framing.LINES, 3).read("123\r").read("x\nnxt\n").end());
    assertEquals(List.of(TOO_LARGE), new Stream(Framing.LINES, 3).read("123\r").end());
    assertEquals(List.of("12\r|NONE"), new Stream(Framing.LINES, 3).read("12\r").end());
    assertEquals(
        List.of("123|CRLF"),
        new Stream(Framing.LINES, 3).read("123\r").read("\n").end());
  }

  @Test
  void refusesAnEndlessLineOnceAndHoldsNothingOfIt() {
    Stream stream = new Stream(Framing.LINES, 1000);
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
        Stream stream = new Stream(framing, limit);
        byte[] input =
            framing == Framing.LINES ? bytes("x".repeat(size)) : prefixed("x".repeat(size));
        for (int from = 0; from < input.length; from += step) {
          stream.read(input, from, Math.min(from + step, input.length));

          Bytes partial = stream.decoder.partial;
          assertTrue(partial == null || partial.size() <= limit + beside);
          assertTrue(partial == null || partial.capacity() <= 2 * (limit + beside));
        }
      }
    }
  }

  @Test
  void reservesNoMemoryForWhatIsOnlyAnnounced() {
    FrameDecoder decoder = FrameDecoder.of(Framing.LENGTH_PREFIXED, Settings.MAX_MESSAGE_SIZE);
    byte[] header = ByteBuffer.allocate(5).putInt(Settings.MAX_MESSAGE_SIZE).array();

    assertEquals(FrameDecoder.Result.INCOMPLETE, decoder.next(ByteBuffer.wrap(header)));

    assertTrue(decoder.partial.capacity() <= 16, "capacity " + decoder.partial.capacity());
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 0x7FFF_FFFFL, 0x8000_0000L, 0xFFFF_FFFFL})
  void readsLengthsAsUnsigned(long length) {
    byte[] header = ByteBuffer.allocate(4).putInt((int) length).array();
    for (int split = 0; split <= header.length; split++) {
      Stream stream = new Stream(Framing.LENGTH_PREFIXED, 10);

      stream.read(header, 0, split).read(header, split, 4).read("some");

      assertEquals(List.of(TOO_LARGE), stream.messages, "split at " + split);
      assertEquals(length, stream.decoder.size);
      assertFalse(stream.decoder.hasPartial());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"LINES", "LENGTH_PREFIXED"})
  void goesOnWithWhatAnotherDecoderHadBegun(Framing framing) {
    FrameDecoder shared = FrameDecoder.of(framing, 100);
    byte[] one = framing == Framing.LENGTH_PREFIXED ? prefixed("one") : bytes("one\n");
    byte[] two = framing == Framing.LENGTH_PREFIXED ? prefixed("two") : bytes("two\n");
    int split = one.length - 2;

    // Two connections, each read in two pieces, take turns with one decoder.
    Stream first = new Stream(shared).read(one, 0, split);
    Bytes keptOfFirst = shared.suspend();
    Stream second = new Stream(shared).read(two, 0, split);
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
    FrameDecoder shared = FrameDecoder.of(framing, 10);
    byte[] tooLarge = Arrays.copyOf(
        framing == Framing.LINES ? bytes("x".repeat(20)) : prefixed("x".repeat(20)), 20);

    assertEquals(List.of(TOO_LARGE), new Stream(shared).read(tooLarge).messages);
    assertNull(shared.suspend());
    shared.resume(null);

    Stream other = new Stream(shared).read(framing == Framing.LINES ? bytes("a\n") : prefixed("a"));
    assertEquals(1, other.messages.size(), "the other connection's message was taken for the rest");
    assertTrue(other.messages.get(0).startsWith("a|"));
  }

  @Test
  void theEndOfTheStreamEndsALineButNoOtherFrame() {
    byte[] input = prefixed("hello");

    assertEquals(List.of("hel|NONE"), new Stream(Framing.LINES, 9).read("hel").end());
    assertEquals(
        List.of("a|CRLF", "b|NONE"), new Stream(Framing.LINES, 9).read("a\r\nb").end());
    for (int size = 1; size < input.length; size++) {
      assertEquals(
          List.of("incomplete"),
          new Stream(Framing.LENGTH_PREFIXED, 9)
              .read(Arrays.copyOf(input, size))
              .end());
    }
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsLeftAtTheEndOfAStreamBetweenFrames(Framing framing) {
    Stream stream = new Stream(framing, 10);

    stream.read(framing == Framing.LENGTH_PREFIXED ? prefixed("a") : bytes("a\n"));

    assertFalse(stream.decoder.hasPartial());
    assertNull(stream.decoder.suspend());
  }

  @Test
  void rawTakesWhatArrivesInPiecesOfTheLimit() {
    Stream stream = new Stream(Framing.RAW, 4);

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
        Stream stream = new Stream(FrameDecoder.ofSize(sizes::peek), sizes::poll);

        stream.read(input, 0, first).read(input, first, second).read(input, second, input.length);

        assertEquals(expected, stream.messages, "split at " + first + " and " + second);
        assertFalse(stream.decoder.hasPartial());
      }
    }
  }

  @Test
  void takesAllThereIsWhenNothingIsExpected() {
    Stream stream = new Stream(FrameDecoder.ofSize(() -> -1));

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
      int start = framing.begin(input);
      input.put(message);
      framing.end(input, start, ending);
      expected.add(
          message.length > limit ? TOO_LARGE : new String(message, ISO_8859_1) + "|" + ending);
    }

    Stream stream = new Stream(FrameDecoder.of(framing, limit), () -> {}, ISO_8859_1);
    for (int from = 0, to; from < input.size(); from = to) {
      to = Math.min(input.size(), from + 1 + random.nextInt(random.nextBoolean() ? 3 : 200));
      stream.read(input.array(), from, to);
    }

    assertEquals(expected, stream.end());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static ByteBuffer buffer(String text) {
    return ByteBuffer.wrap(bytes(text));
  }

  private static byte[] prefixed(String... messages) {
    ByteBuffer out = ByteBuffer.allocate(10_000);
    for (String message : messages) {
      out.putInt(bytes(message).length).put(bytes(message));
    }
    return Arrays.copyOf(out.array(), out.position());
  }

  /** Feeds a decoder as a connection does, through one buffer that every read overwrites. */
  private static final class Stream {

    final FrameDecoder decoder;
    final List<String> messages = new ArrayList<>();
    private final Runnable onFrame;
    private final Charset charset;
    private final ByteBuffer in = ByteBuffer.allocate(10_000);

    Stream(Framing framing, int limit) {
      this(FrameDecoder.of(framing, limit));
    }

    Stream(FrameDecoder decoder) {
      this(decoder, () -> {});
    }

    Stream(FrameDecoder decoder, Runnable onFrame) {
      this(decoder, onFrame, UTF_8);
    }

    Stream(FrameDecoder decoder, Runnable onFrame, Charset charset) {
      this.decoder = decoder;
      this.onFrame = onFrame;
      this.charset = charset;
    }

    Stream read(String text) {
      return read(bytes(text));
    }

    Stream read(byte[] bytes) {
      return read(bytes, 0, bytes.length);
    }

    Stream readByteByByte(byte[] bytes) {
      for (int i = 0; i < bytes.length; i++) {
        read(bytes, i, i + 1);
      }
      return this;
    }

    Stream read(byte[] bytes, int from, int to) {
      // Behind what was read lies what must not be looked at.
      Arrays.fill(in.array(), (byte) '\n');
      in.clear().put(bytes, from, to - from).flip();
      while (in.hasRemaining()) {
        add(decoder.next(in));
      }
      return this;
    }

    /** Returns the messages, the last one included that the end of the stream ends. */
    List<String> end() {
      if (decoder.hasPartial()) {
        FrameDecoder.Result result = decoder.end();
        if (result == FrameDecoder.Result.INCOMPLETE) {
          messages.add("incomplete");
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
          messages.add(TOO_LARGE);
        }
        case INCOMPLETE -> assertFalse(in.hasRemaining());
      }
    }
  }
}

package dev.echo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.echo.internal.codec.ByteTransformer;
import dev.echo.internal.codec.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageTransformerTest {

  private static final Peer SENDER = Peer.of(Endpoint.tcp(51234));
  private static final byte[] INVALID = {'a', (byte) 0xC3, 'b', (byte) 0xFF};

  @Test
  void identityReturnsTheMessageItself() {
    Message message = Message.of("hello");

    assertSame(message, MessageTransformer.identity().transform(message, SENDER));
  }

  @Test
  void upperCasesAsciiLettersAndNothingElseInAscii() {
    byte[] ascii = new byte[128];
    for (int i = 0; i < ascii.length; i++) {
      ascii[i] = (byte) i;
    }
    Message message = Message.of(ascii);

    Message reply = MessageTransformer.upperCase().transform(message, SENDER);

    assertEquals(message.text().toUpperCase(Locale.ROOT), reply.text());
    assertArrayEquals(ascii, message.toByteArray(), "the message itself must not change");
  }

  @ParameterizedTest
  @CsvSource({
    "héllo, HÉLLO",
    "straße, STRASSE", // longer than before
    "ß, SS",
    "ﬃ, FFI", // shorter than before
    "ÿ, Ÿ",
    "ŉ, ʼN",
    "σς, ΣΣ",
    "a€b, A€B",
    "𐐨x, 𐐀X", // four bytes
    "日本語, 日本語",
    "aéa, AÉA",
    "'', ''"
  })
  void upperCasesByTheRulesOfUnicode(String text, String expected) {
    assertTransforms(expected, MessageTransformer.upperCase(), text);
  }

  @Test
  void upperCasesAlikeInEveryDefaultLocale() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("tr"));

      assertTransforms("ISSI", MessageTransformer.upperCase(), "ißi");
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void upperCaseKeepsBytesThatAreNotText() {
    byte[] bytes = {
      'a',
      (byte) 0xFF,
      'b',
      (byte) 0xC3,
      (byte) 0xA9,
      'c',
      (byte) 0xE2,
      (byte) 0x82,
      'd',
      (byte) 0xED,
      (byte) 0xA0,
      (byte) 0x80, // a surrogate
      'e',
      (byte) 0xF0,
      (byte) 0x9D,
      (byte) 0x84
    };

    Message reply = MessageTransformer.upperCase().transform(Message.of(bytes), SENDER);

    byte[] expected = bytes.clone();
    for (int i = 0; i < expected.length; i++) {
      expected[i] = expected[i] >= 'a' ? (byte) (expected[i] - 32) : expected[i];
    }
    expected[4] = (byte) 0x89; // É
    assertArrayEquals(expected, reply.toByteArray());
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void upperCasesWhatIsTextInRandomBytes(long seed) {
    Random random = new Random(seed);
    int[] letters = "aZß€éŉ𐐨\uFFFD\n".codePoints().toArray();
    for (int round = 0; round < 200; round++) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      for (int i = random.nextInt(12); i > 0; i--) {
        if (random.nextInt(3) == 0) {
          bytes.write(0x80 | random.nextInt(0x80));
        } else {
          int letter = letters[random.nextInt(letters.length)];
          bytes.writeBytes(Character.toString(letter).getBytes(UTF_8));
        }
      }

      Message reply =
          MessageTransformer.upperCase().transform(Message.of(bytes.toByteArray()), SENDER);

      assertArrayEquals(upperCasePointByPoint(bytes.toByteArray()), reply.toByteArray());
    }
  }

  /**
   * The obvious way: what is one code point is upper-cased, and a byte that begins none is kept.
   */
  private static byte[] upperCasePointByPoint(byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < bytes.length; ) {
      int length = 4;
      while (length > 0 && !isOneCodePoint(bytes, i, i + length)) {
        length--;
      }
      if (length == 0) {
        out.write(bytes[i++]);
      } else {
        out.writeBytes(
            new String(bytes, i, length, UTF_8).toUpperCase(Locale.ROOT).getBytes(UTF_8));
        i += length;
      }
    }
    return out.toByteArray();
  }

  private static boolean isOneCodePoint(byte[] bytes, int from, int to) {
    if (to > bytes.length) {
      return false;
    }
    String text = new String(bytes, from, to - from, UTF_8);
    return text.codePointCount(0, text.length()) == 1
        && Arrays.equals(text.getBytes(UTF_8), Arrays.copyOfRange(bytes, from, to));
  }

  @Test
  void putsTextBeforeTheMessage() {
    assertTransforms("» hello", MessageTransformer.prefix("» "), "hello");
    assertTransforms("» ", MessageTransformer.prefix("» "), "");
    assertTransforms("hello", MessageTransformer.prefix(""), "hello");
  }

  @Test
  void putsTextAfterTheMessage() {
    assertTransforms("hello «", MessageTransformer.suffix(" «"), "hello");
    assertTransforms(" «", MessageTransformer.suffix(" «"), "");
    assertTransforms("hello", MessageTransformer.suffix(""), "hello");
  }

  @Test
  void addsTextsLongerThanTheMessage() {
    String text = "long".repeat(1000);

    assertTransforms(text + "hello", MessageTransformer.prefix(text), "hello");
    assertTransforms("hello" + text, MessageTransformer.suffix(text), "hello");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 7, 9, 10, 11, 99, 100, 101, 1023, 9999, 10_000, 51_234, 65_535})
  void appendsThePortOfTheSender(int port) {
    String expected = "hello (from port " + port + ")";
    MessageTransformer transformer = MessageTransformer.appendSenderPort();
    Message hello = Message.of("hello");

    assertEquals(
        expected, transformer.transform(hello, Peer.of(Endpoint.tcp(port))).text());
    assertEquals(
        expected,
        transformer.transform(hello, Peer.of(Endpoint.udp("::1", port))).text());
  }

  @Test
  void appendsNoPortForUnixPeers() {
    Message hello = Message.of("hello");

    for (String path : new String[] {"", "/run/peer.sock"}) {
      assertEquals(
          hello,
          MessageTransformer.appendSenderPort()
              .transform(hello, Peer.of(Endpoint.unix(Path.of(path)))));
    }
  }

  @Test
  void appliesAFunctionToTheText() {
    assertTransforms("€ oll", MessageTransformer.text(s -> "€ " + s.substring(1)), "roll");
    assertTransforms("", MessageTransformer.text(s -> ""), "roll");
  }

  @Test
  void appliesNoFunctionToBytesThatAreNotText() {
    Message message = Message.of(INVALID);
    MessageTransformer transformer = MessageTransformer.text(s -> fail("called with " + s));

    assertEquals(message, transformer.transform(message, SENDER));
  }

  @Test
  void keepsBytesThatAreNotTextWhenAddingText() {
    Message reply = MessageTransformer.prefix("<")
        .andThen(MessageTransformer.suffix(">"))
        .transform(Message.of(INVALID), SENDER);

    assertArrayEquals(
        new byte[] {'<', 'a', (byte) 0xC3, 'b', (byte) 0xFF, '>'}, reply.toByteArray());
  }

  @Test
  void appliesAChainInOrder() {
    MessageTransformer upperCase = MessageTransformer.upperCase();

    assertTransforms("PHELLO", MessageTransformer.prefix("p").andThen(upperCase), "hello");
    assertTransforms("pHELLO", upperCase.andThen(MessageTransformer.prefix("p")), "hello");
    assertTransforms("HELLOSS", MessageTransformer.suffix("ß").andThen(upperCase), "hello");
    assertTransforms("HELLOß", upperCase.andThen(MessageTransformer.suffix("ß")), "hello");
    assertTransforms(
        "bahello", MessageTransformer.prefix("a").andThen(MessageTransformer.prefix("b")), "hello");
    assertTransforms(
        "HELLO (from port 51234)!",
        upperCase
            .andThen(MessageTransformer.identity())
            .andThen(MessageTransformer.appendSenderPort())
            .andThen(MessageTransformer.suffix("!")),
        "hello");
  }

  @Test
  void mixesBuiltInTransformersWithOthers() {
    MessageTransformer twice = (message, peer) -> Message.of(message.text() + message.text());
    MessageTransformer upperCase = MessageTransformer.upperCase();

    assertTransforms("A!A!", MessageTransformer.suffix("!").andThen(upperCase).andThen(twice), "a");
    assertTransforms("aa!", twice.andThen(MessageTransformer.suffix("!")), "a");
    assertTransforms("AA!", upperCase.andThen(twice).andThen(MessageTransformer.suffix("!")), "a");
    assertTransforms("aaaa", twice.andThen(twice), "a");
    assertTransforms("[a]", MessageTransformer.text(s -> "[" + s + "]"), "a");
  }

  @Test
  void givesBothTransformersOfAChainThePeer() {
    MessageTransformer tellPeer = (message, peer) -> Message.of(message.text() + peer.endpoint());

    assertTransforms(
        "a tcp://127.0.0.1:51234tcp://127.0.0.1:51234",
        MessageTransformer.suffix(" ").andThen(tellPeer).andThen(tellPeer),
        "a");
  }

  @ParameterizedTest
  @CsvSource({
    "identity, é",
    "upperCase, É",
    "prefix, pé",
    "suffix, és",
    "appendSenderPort, é (from port 51234)",
    "chain, sPÉ",
    "text, [é]"
  })
  void builtInsChangeOnlyWhatFollowsTheStart(String name, String expected) {
    Bytes reply = new Bytes(1);
    reply.put("frame é".getBytes(UTF_8));
    int start = reply.size();
    reply.put("é".getBytes(UTF_8));

    builtIn(name).apply(reply, start, SENDER);

    assertEquals("frame é" + expected, new String(reply.toByteArray(0), UTF_8));
  }

  @Test
  void appliesAFunctionToAReplacementCharacterThatWasSent() {
    assertTransforms("A\uFFFDB", MessageTransformer.text(String::toUpperCase), "a\uFFFDb");
  }

  private static ByteTransformer builtIn(String name) {
    return (ByteTransformer)
        switch (name) {
          case "identity" -> MessageTransformer.identity();
          case "upperCase" -> MessageTransformer.upperCase();
          case "prefix" -> MessageTransformer.prefix("p");
          case "suffix" -> MessageTransformer.suffix("s");
          case "appendSenderPort" -> MessageTransformer.appendSenderPort();
          case "text" -> MessageTransformer.text(text -> "[" + text + "]");
          default ->
            MessageTransformer.prefix("p")
                .andThen(MessageTransformer.upperCase())
                .andThen(MessageTransformer.prefix("s"));
        };
  }

  @Test
  void namesWhatReturnedNull() {
    MessageTransformer broken = (message, peer) -> null;
    MessageTransformer unreached = (message, peer) -> fail("called with " + message);

    assertFailsWith("A transformer returned null", broken.andThen(unreached));
    assertFailsWith("A transformer returned null", broken.andThen(MessageTransformer.upperCase()));
    assertFailsWith("A text function returned null", MessageTransformer.text(s -> null));
  }

  @Test
  void namesTheArgumentThatIsNull() {
    MessageTransformer text = MessageTransformer.text(s -> s);
    assertNamesNull("next", () -> text.andThen(null));
    assertNamesNull("message", () -> MessageTransformer.identity().transform(null, SENDER));
  }

  private static void assertTransforms(
      String expected, MessageTransformer transformer, String text) {
    assertEquals(expected, transformer.transform(Message.of(text), SENDER).text());
  }

  private static void assertFailsWith(String message, MessageTransformer transformer) {
    assertNamesNull(message, () -> transformer.transform(Message.of("a"), SENDER));
  }

  private static void assertNamesNull(String message, Executable call) {
    assertEquals(message, assertThrows(NullPointerException.class, call).getMessage());
  }

  @Test
  void knowsWhichBuiltInsAddALineFeed() {
    ByteTransformer plain = (ByteTransformer) MessageTransformer.upperCase();
    assertFalse(plain.addsLineFeed());
    assertFalse(((ByteTransformer) plain.andThen(plain)).addsLineFeed());
    assertFalse(((ByteTransformer) MessageTransformer.appendSenderPort()).addsLineFeed());
    for (String text : List.of("", "a", "a\r")) {
      assertFalse(((ByteTransformer) MessageTransformer.prefix(text)).addsLineFeed());
      assertFalse(((ByteTransformer) MessageTransformer.suffix(text)).addsLineFeed());
    }
    for (MessageTransformer adding : List.of(
        MessageTransformer.prefix("a\n"),
        MessageTransformer.suffix("\n"),
        MessageTransformer.text(text -> text))) {
      assertTrue(((ByteTransformer) adding).addsLineFeed());
      assertTrue(((ByteTransformer) adding.andThen(plain)).addsLineFeed());
      assertTrue(((ByteTransformer) plain.andThen(adding)).addsLineFeed());
    }
  }
}

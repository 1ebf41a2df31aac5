package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a recorder says of what did not come. */
@Timeout(30)
class RecorderTextsTest extends TellingTest {

  @Test
  void showsWhatCameInstead() throws Exception {
    tellMany(recorder, 2);
    tell(recorder, 3, "hello");
    for (int i = 0; i < 3; i++) {
      recorder.take(NOW);
    }

    assertEquals(
        "No exchange within 1 ms; 3 recorded, 3 taken; the last: 2#3 \"hello\" → \"HELLO\"",
        failure(() -> recorder.take(Duration.ofMillis(1))));
    assertEquals(
        "No matching exchange within 1 ms; 3 recorded, 3 taken; the last: "
            + "2#3 \"hello\" → \"HELLO\"",
        failure(() -> recorder.take(e -> true, Duration.ofMillis(1))));
  }

  @Test
  void showsTheLastThatDidNotMatch() {
    tellMany(recorder, 5);

    assertEquals(
        "No matching exchange within 1 ms; 5 recorded, 0 taken, 5 did not match; the last: "
            + "2#3 \"m\" → \"M\", 2#4 \"m\" → \"M\", 2#5 \"m\" → \"M\"",
        failure(() -> recorder.take(e -> false, Duration.ofMillis(1))));
  }

  @Test
  void showsFailuresAndClosedConnectionsToo() throws Exception {
    Throwable error = new IllegalStateException("no \"luck\"\u001b[0m");
    recorder.onError(peer(3), new IllegalStateException());
    recorder.onError(peer(3), error);
    recorder.onClose(peer(3), CloseReason.FAILED);

    AssertionError failed = assertThrows(AssertionError.class, () -> recorder.take(NOW));

    assertEquals(
        "No exchange now; 0 recorded, 0 taken; failures: 2 recorded, 0 taken; the last: "
            + "peer 3 java.lang.IllegalStateException: \"no \\\"luck\\\"\\u001b[0m\"; "
            + "closed connections: 1 recorded, 0 taken; the last: peer 3 FAILED",
        failed.getMessage());
    assertSame(error, failed.getCause());

    recorder.takeFailed(NOW);
    recorder.takeFailed(NOW);
    assertNull(assertThrows(AssertionError.class, () -> recorder.take(NOW)).getCause());
  }

  @Test
  void showsExchangesIfNoConnectionClosesAndNothingFails() throws Exception {
    tell(recorder, 1, "a");

    assertEquals(
        "No closed connection within 1 ms; 0 recorded, 0 taken; "
            + "exchanges: 1 recorded, 0 taken; the last: 2#1 \"a\" → \"A\"",
        failure(() -> recorder.takeClosed(Duration.ofMillis(1))));
    recorder.onError(peer(1), new IllegalStateException());
    recorder.takeFailed(NOW);
    assertEquals(
        "No failure within 1 ms; 1 recorded, 1 taken; "
            + "the last: peer 1 java.lang.IllegalStateException; "
            + "exchanges: 1 recorded, 0 taken; the last: 2#1 \"a\" → \"A\"",
        failure(() -> recorder.takeFailed(Duration.ofMillis(1))));
  }

  static Stream<Arguments> messages() {
    return Stream.of(
        Arguments.of("\"\"", Message.empty()),
        Arguments.of("\"héllo → 😀\"", Message.of("héllo → 😀")),
        Arguments.of("\"a\\\"b\\\\c\\r\\n\\t\"", Message.of("a\"b\\c\r\n\t")),
        Arguments.of(
            "\"$1\\u001b[31m\\u202e\\u2028\\u00a0\"", Message.of("$1\u001b[31m\u202e\u2028\u00a0")),
        Arguments.of("\"\\udb40\\udc01\"", Message.of("\udb40\udc01")),
        Arguments.of("0x00000005ff", Message.of(new byte[] {0, 0, 0, 5, -1})),
        Arguments.of("0x610062", Message.of("a\0b")),
        Arguments.of("0x61c3", Message.of(new byte[] {'a', (byte) 0xc3})),
        Arguments.of("0x" + "ff".repeat(32), bytes(32, 0xff)),
        Arguments.of("0x" + "ff".repeat(32) + "... (33 bytes)", bytes(33, 0xff)),
        Arguments.of("0x" + "00".repeat(32) + "... (1000000 bytes)", bytes(1_000_000, 0)),
        Arguments.of("\"" + "a".repeat(64) + "\"", bytes(64, 'a')),
        Arguments.of("\"" + "a".repeat(64) + "\"... (65 bytes)", bytes(65, 'a')),
        Arguments.of("\"" + "a".repeat(64) + "\"... (1000000 bytes)", bytes(1_000_000, 'a')),
        Arguments.of("\"" + "😀".repeat(64) + "\"", Message.of("😀".repeat(64))),
        Arguments.of("\"" + "😀".repeat(64) + "\"... (260 bytes)", Message.of("😀".repeat(65))),
        Arguments.of("\"" + "→".repeat(64) + "\"... (300 bytes)", Message.of("→".repeat(100))));
  }

  private static Message bytes(int count, int value) {
    byte[] bytes = new byte[count];
    Arrays.fill(bytes, (byte) value);
    return Message.of(bytes);
  }

  @ParameterizedTest
  @MethodSource("messages")
  void quotesMessages(String expected, Message message) throws Exception {
    EchoRecorder large = EchoRecorder.create(1, 1 << 30);
    large.onEcho(new Exchange(peer(0), 1, message, Message.of("ok"), true));
    large.take(NOW);

    assertEquals(
        "No exchange now; 1 recorded, 1 taken; the last: 0#1 " + expected + " → \"ok\" (quit)",
        failure(() -> large.take(NOW)));
  }

  @ParameterizedTest
  @ValueSource(ints = {256, 257})
  void cutsTheTextsOfErrors(int length) {
    recorder.onError(peer(1), new IllegalStateException("e".repeat(length)));

    String text = failure(() -> recorder.take(NOW));

    assertTrue(text.endsWith(" \"" + "e".repeat(256) + (length > 256 ? "\"..." : "\"")), text);
  }

  @Test
  void writesNumbersInDigitsThatProgramsRead() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG"));
    try {
      recorder.onEcho(exchange(123_456_789, bytes(2_000, 'a'), Message.of("\u0007")));

      assertEquals(
          "No matching exchange now; 1 recorded, 0 taken, 1 did not match; the last: 2#123456789 \""
              + "a".repeat(64) + "\"... (2000 bytes) → \"\\u0007\"",
          failure(() -> recorder.take(e -> false, NOW)));
    } finally {
      Locale.setDefault(before);
    }
  }
}

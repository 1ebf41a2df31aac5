package dev.echo.internal.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.echo.Message;
import org.junit.jupiter.api.Test;

class LineEndingTest {

  @Test
  void isWhatTheBytesEndWith() {
    assertEquals(LineEnding.NONE, of(""));
    assertEquals(LineEnding.NONE, of("a"));
    assertEquals(LineEnding.NONE, of("\r"));
    assertEquals(LineEnding.NONE, of("a\r"));
    assertEquals(LineEnding.NONE, of("\n\r"));
    assertEquals(LineEnding.NONE, of("a\nb"));
    assertEquals(LineEnding.LF, of("\n"));
    assertEquals(LineEnding.LF, of("a\n"));
    assertEquals(LineEnding.LF, of("\r\n\n"));
    assertEquals(LineEnding.LF, of("\ra\n"));
    assertEquals(LineEnding.CRLF, of("\r\n"));
    assertEquals(LineEnding.CRLF, of("a\r\n"));
    assertEquals(LineEnding.CRLF, of("\r\r\n"));
  }

  @Test
  void looksOnlyAtTheBytesWithinItsRange() {
    byte[] bytes = Message.of("a\r\nb").toByteArray();

    assertEquals(LineEnding.CRLF, LineEnding.of(bytes, 0, 3));
    assertEquals(LineEnding.CRLF, LineEnding.of(bytes, 1, 3));
    assertEquals(LineEnding.LF, LineEnding.of(bytes, 2, 3));
    assertEquals(LineEnding.NONE, LineEnding.of(bytes, 3, 3));
    assertEquals(LineEnding.NONE, LineEnding.of(bytes, 0, 2));
    assertEquals(LineEnding.NONE, LineEnding.of(bytes, 0, 4));
  }

  private static LineEnding of(String text) {
    byte[] bytes = Message.of(text).toByteArray();
    return LineEnding.of(bytes, 0, bytes.length);
  }
}

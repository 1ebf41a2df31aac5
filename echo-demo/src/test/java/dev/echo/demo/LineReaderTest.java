package dev.echo.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.echo.Message;
import dev.echo.MessageTooLargeException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class LineReaderTest {

  @Test
  void takesLineEndingsOff() throws IOException {
    LineReader lines = reader("a\n\nb c\r\n\rd\n\r\ne", 10);

    assertEquals(Message.of("a"), lines.next());
    assertEquals(Message.empty(), lines.next());
    assertEquals(Message.of("b c"), lines.next());
    assertEquals(Message.of("\rd"), lines.next());
    assertEquals(Message.empty(), lines.next());
    assertEquals(Message.of("e"), lines.next());
    assertNull(lines.next());
    assertNull(lines.next());
  }

  @Test
  void doesNotCountTheLineEnding() throws IOException {
    LineReader lines = reader("12345\n12345\r\n12345\r", 5);

    assertEquals(Message.of("12345"), lines.next());
    assertEquals(Message.of("12345"), lines.next());
    assertEquals(Message.of("12345"), lines.next());
    assertNull(lines.next());
  }

  @Test
  void readsOnAfterALineAboveTheLimit() throws IOException {
    LineReader lines = reader("123456\n12345\n123456\r\n1", 5);

    assertEquals(6, assertThrows(MessageTooLargeException.class, lines::next).size());
    assertEquals(Message.of("12345"), lines.next());
    assertEquals(6, assertThrows(MessageTooLargeException.class, lines::next).size());
    assertEquals(Message.of("1"), lines.next());
    assertNull(lines.next());
  }

  @Test
  void countsTheBytesOfALineAboveTheLimit() {
    LineReader lines = reader("x".repeat(1_000_000), 100);

    MessageTooLargeException e = assertThrows(MessageTooLargeException.class, lines::next);

    assertEquals(1_000_000, e.size());
    assertEquals(100, e.limit());
  }

  private static LineReader reader(String input, int limit) {
    return new LineReader(new ByteArrayInputStream(input.getBytes(UTF_8)), limit);
  }
}

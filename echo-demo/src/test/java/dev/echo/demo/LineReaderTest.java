package dev.echo.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.Message;
import dev.echo.MessageTooLargeException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineReaderTest {

  @Test
  void stripsLineTerminators() throws IOException {
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
  void doesNotCountTheTerminator() throws IOException {
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

  @Test
  void stripsAByteOrderMarkFromTheFirstLine() throws IOException {
    LineReader lines = reader("\ufeffquit\n\ufeffquit\n", 7);

    assertEquals(Message.of("quit"), lines.next());
    assertEquals(Message.of("\ufeffquit"), lines.next());
    assertEquals(Message.of("\u00ef"), reader("\u00ef\n", 2).next());
    assertEquals(Message.of("\ufeec"), reader("\ufeec\n", 3).next()); // which begins like the mark
    assertNull(reader("\ufeff", 1).next());
  }

  @Test
  void doesNotReadOnAfterTheEnd() throws IOException {
    Deque<String> typed = new ArrayDeque<>(List.of("x", "", "y\n")); // Ctrl-D in between
    InputStream terminal = new InputStream() {
      @Override
      public int read() {
        throw new AssertionError("Not a byte at a time");
      }

      @Override
      public int read(byte[] bytes, int from, int count) {
        byte[] text = typed.remove().getBytes(UTF_8);
        System.arraycopy(text, 0, bytes, from, text.length);
        return text.length == 0 ? -1 : text.length;
      }
    };
    LineReader lines = new LineReader(terminal, 10);

    assertEquals(Message.of("x"), lines.next());
    assertTrue(lines.hasEnded());
    assertNull(lines.next());
    assertEquals(List.of("y\n"), List.copyOf(typed));
  }

  private static LineReader reader(String input, int limit) {
    return new LineReader(new ByteArrayInputStream(input.getBytes(UTF_8)), limit);
  }

  @Test
  void doesNotReadOnAfterAnEndThatComesFirst() throws Exception {
    InputStream terminal = new InputStream() {
      private boolean ended;

      @Override
      public int read() {
        assertFalse(ended, "asked again after the end");
        ended = true;
        return -1;
      }
    };
    LineReader lines = new LineReader(terminal, 10);

    assertNull(lines.next());
    assertNull(lines.next());
  }
}

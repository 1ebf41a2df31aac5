package dev.echo.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PrintableTest {

  @Test
  void keepsPrintableText() {
    String text = "a\tb äöü \u4f60\u597d \ud83d\udc69\u200d\ud83d\ude80";

    assertEquals(text, Printable.text(text));
    assertEquals(text, Printable.line(text));
  }

  @Test
  void escapesControlCharacters() {
    for (char c :
        "\0\u0007\b\n\r\u001b\u007f\u0085\u009b\u2028\u2029\u202e\u2066\u061c".toCharArray()) {
      assertEquals("a\\u%04xb".formatted((int) c), Printable.text("a" + c + "b"));
    }
  }

  @Test
  void boundsALine() {
    String line = Printable.line("\n".repeat(1_000_000));

    assertEquals(1000, line.length());
    assertTrue(line.endsWith("…"));
    assertEquals("x".repeat(1000), Printable.line("x".repeat(1000)));
    String almost = "x".repeat(998);
    assertEquals(almost + "…", Printable.line(almost + "\ud83d\ude80".repeat(9)));
  }
}

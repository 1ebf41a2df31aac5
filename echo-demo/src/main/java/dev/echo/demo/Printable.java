package dev.echo.demo;

import java.util.HexFormat;

/** Makes text from a peer harmless for terminals and logs. */
final class Printable {

  /** At up to three bytes a character, within what a pipe writes atomically. */
  private static final int MAX_LENGTH = 1000;

  private Printable() {}

  /** Returns the text as one line of bounded length. */
  static String line(String text) {
    return line(text, MAX_LENGTH);
  }

  /** Returns the text as one line of at most so many characters. */
  static String line(String text, int maxLength) {
    if (text.length() <= maxLength) {
      return bounded(text(text), maxLength);
    }
    return bounded(text(text.substring(0, maxLength + 1)), maxLength);
  }

  private static String bounded(String text, int maxLength) {
    if (text.length() <= maxLength) {
      return text;
    }
    int end = maxLength - 1;
    boolean splitsPair = Character.isHighSurrogate(text.charAt(end - 1));
    return text.substring(0, splitsPair ? end - 1 : end) + "…";
  }

  /** Returns the text with control and direction characters as readable escapes. */
  static String text(String text) {
    StringBuilder printable = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (isHarmless(c)) {
        printable.append(c);
      } else {
        printable.append("\\u").append(HexFormat.of().toHexDigits(c));
      }
    }
    return printable.toString();
  }

  private static boolean isHarmless(char c) {
    return switch (c) {
      case '\t' -> true;
      case '\u2028', '\u2029' -> false; // line ends
      case '\u061c', '\u200e', '\u200f' -> false; // direction marks
      default ->
        !Character.isISOControl(c)
            && (c < '\u202a' || c > '\u202e')
            && (c < '\u2066' || c > '\u2069');
    };
  }
}

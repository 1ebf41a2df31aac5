package dev.echo.internal.codec;

import static java.nio.charset.StandardCharsets.US_ASCII;

/** How a line ended, so that its reply can end the same way. */
public enum LineEnding {
  NONE(""),
  LF("\n"),
  CRLF("\r\n");

  public final byte[] bytes;

  LineEnding(String text) {
    bytes = text.getBytes(US_ASCII);
  }

  /** How the bytes up to {@code to} end, seen from their end. */
  public static LineEnding of(byte[] bytes, int from, int to) {
    if (to == from || bytes[to - 1] != '\n') {
      return NONE;
    }
    return to - from > 1 && bytes[to - 2] == '\r' ? CRLF : LF;
  }
}

package dev.echo.internal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import dev.echo.EchoRecorder.Closed;
import dev.echo.EchoRecorder.Failed;
import dev.echo.Exchange;
import dev.echo.Message;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What was recorded, in words of a bounded length that harm no terminal. */
final class RecordedText {

  private static final int MAX_CHARACTERS = 64;
  private static final int MAX_ERROR_CHARACTERS = 256;
  private static final int MAX_HEX_BYTES = 32;
  private static final HexFormat HEX = HexFormat.of();

  /** What would end the quotation, is invisible, or looks like a space and is none. */
  private static final Pattern TO_ESCAPE =
      Pattern.compile("[\"\\\\\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]|(?! )\\p{Zs}");

  private RecordedText() {}

  static String text(Object value) {
    if (value instanceof Exchange exchange) {
      return exchange.peer().number() + "#" + exchange.number()
          + " " + quoted(exchange.received()) + " → " + quoted(exchange.reply())
          + (exchange.quit() ? " (quit)" : "");
    }
    if (value instanceof Closed closed) {
      return "peer " + closed.peer().number() + " " + closed.reason();
    }
    if (value instanceof Failed failed) {
      Throwable error = failed.error();
      String message = error.getMessage();
      return "peer " + failed.peer().number() + " " + error.getClass().getName()
          + (message == null ? "" : ": " + quotedError(message));
    }
    return value.toString();
  }

  /** A text, or in hexadecimal what is no UTF-8 or has a NUL. */
  private static String quoted(Message message) {
    byte[] head = new byte[Math.min(message.size(), 4 * MAX_CHARACTERS)];
    message.asReadOnlyByteBuffer().get(head);
    CharBuffer decoded = CharBuffer.allocate(head.length);
    boolean isMalformed = UTF_8
        .newDecoder()
        .decode(ByteBuffer.wrap(head), decoded, head.length == message.size())
        .isError();
    String text = decoded.flip().toString();
    String shown;
    boolean isWhole;
    if (isMalformed || text.indexOf('\0') >= 0) {
      int length = Math.min(head.length, MAX_HEX_BYTES);
      shown = "0x" + HEX.formatHex(head, 0, length);
      isWhole = length == message.size();
    } else {
      String cut = cut(text, MAX_CHARACTERS);
      shown = quoted(cut);
      isWhole = head.length == message.size() && cut.length() == text.length();
    }
    return isWhole ? shown : shown + "... (" + message.size() + " bytes)";
  }

  private static String quotedError(String message) {
    String cut = cut(message, MAX_ERROR_CHARACTERS);
    return quoted(cut) + (cut.length() == message.length() ? "" : "...");
  }

  private static String cut(String text, int maxCharacters) {
    return text.codePointCount(0, text.length()) <= maxCharacters
        ? text
        : text.substring(0, text.offsetByCodePoints(0, maxCharacters));
  }

  private static String quoted(String text) {
    return '"'
        + TO_ESCAPE
            .matcher(text)
            .replaceAll(found -> Matcher.quoteReplacement(escaped(found.group())))
        + '"';
  }

  private static String escaped(String character) {
    return switch (character) {
      case "\"", "\\" -> "\\" + character;
      case "\n" -> "\\n";
      case "\r" -> "\\r";
      case "\t" -> "\\t";
      default -> character.chars().mapToObj(RecordedText::escaped).collect(joining());
    };
  }

  private static String escaped(int unit) {
    return "\\u" + HEX.toHexDigits((char) unit);
  }
}

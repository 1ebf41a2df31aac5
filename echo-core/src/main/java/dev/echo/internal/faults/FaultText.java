package dev.echo.internal.faults;

import dev.echo.Fault;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Faults as text: {@code delay=20ms..80ms}, {@code reset@3}, {@code delay=1s+close}.
 *
 * <p>The numbers are checked by whoever makes a fault of them.
 */
public final class FaultText {

  private static final String WORDS =
      "none, drop, delay=20ms, delay=20ms..80ms, duplicate=2, corrupt=1, truncate=10, reorder=3,"
          + " slow=1/20ms, close, close@3, half-close, half-close@3, reset, reset@3, stall or"
          + " stall@3, joined by +";
  private static final Pattern DURATION =
      Pattern.compile("(\\d{1,19}(?:\\.\\d{1,9})?)([a-z]{1,2})");
  private static final Pattern PART = Pattern.compile("([a-z-]+)(?:([=@])(.+))?");
  private static final Map<String, Long> UNITS = Map.of(
      "ns", 1L,
      "us", 1_000L,
      "ms", 1_000_000L,
      "s", 1_000_000_000L,
      "m", 60_000_000_000L,
      "h", 3_600_000_000_000L);

  private FaultText() {}

  /** Reads a fault. */
  public static Fault parse(String text) {
    Fault fault = Fault.none();
    for (String part : text.trim().split("\\+", -1)) {
      if (!part.equals("none") || text.contains("+")) {
        fault = fault.then(parsePart(part, text));
      }
    }
    return fault;
  }

  private static Fault parsePart(String part, String text) {
    Matcher matcher = PART.matcher(part.trim());
    if (!matcher.matches()) {
      throw unreadable(part, text, null);
    }
    try {
      return fault(matcher.group(1), matcher.group(2), matcher.group(3));
    } catch (NumberFormatException | ArithmeticException e) {
      throw unreadable(part, text, e);
    } catch (IllegalArgumentException e) { // whoever makes the fault knows the range
      throw new IllegalArgumentException(part.trim() + ": " + e.getMessage(), e);
    }
  }

  private static Fault fault(String word, String sign, String value) {
    Fault cut = cut(word);
    if (cut != null && value == null) {
      return cut;
    } else if (cut != null && sign.equals("@")) {
      return cut.afterBytes(number(value));
    } else if (cut == null && value == null && word.equals("drop")) {
      return Fault.drop();
    } else if (cut == null && "=".equals(sign)) {
      return fault(word, value);
    }
    throw new NumberFormatException(word);
  }

  /** Returns the fault that ends the connection, or leaves it at rest; null for other words. */
  private static Fault cut(String word) {
    return switch (word) {
      case "close" -> Fault.close();
      case "half-close" -> Fault.halfClose();
      case "reset" -> Fault.reset();
      case "stall" -> Fault.stall();
      default -> null;
    };
  }

  private static Fault fault(String word, String value) {
    return switch (word) {
      case "delay" -> delay(value);
      case "duplicate" -> Fault.duplicate(number(value));
      case "corrupt" -> Fault.corrupt(number(value));
      case "truncate" -> Fault.truncate(number(value));
      case "reorder" -> Fault.reorder(number(value));
      case "slow" -> slow(value);
      default -> throw new NumberFormatException(word);
    };
  }

  private static Fault delay(String value) {
    int dots = value.indexOf("..");
    return dots < 0
        ? Fault.delay(time(value))
        : Fault.delay(time(value.substring(0, dots)), time(value.substring(dots + 2)));
  }

  private static Fault slow(String value) {
    int slash = value.indexOf('/');
    if (slash < 0) {
      throw new NumberFormatException(value);
    }
    return Fault.slow(number(value.substring(0, slash)), time(value.substring(slash + 1)));
  }

  /** ASCII digits alone, and no sign. */
  private static int number(String text) {
    if (!text.matches("[0-9]{1,10}")) {
      throw new NumberFormatException(text);
    }
    return Integer.parseInt(text);
  }

  private static Duration time(String text) {
    Matcher matcher = DURATION.matcher(text);
    Long unit = matcher.matches() ? UNITS.get(matcher.group(2)) : null;
    if (unit == null) {
      throw new NumberFormatException(text);
    }
    return Duration.ofNanos(
        new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unit)).longValueExact());
  }

  private static IllegalArgumentException unreadable(String part, String text, Exception cause) {
    String where = part.equals(text) ? "" : " in \"" + text + "\"";
    return new IllegalArgumentException(
        "No fault: \"" + part + "\"" + where + "; write " + WORDS, cause);
  }
}

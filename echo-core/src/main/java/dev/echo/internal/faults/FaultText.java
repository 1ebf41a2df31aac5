package dev.echo.internal.faults;

import dev.echo.internal.faults.FaultStep.Kind;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
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
  private static final Pattern STEP = Pattern.compile("([a-z-]+)(?:([=@])(.+))?");
  private static final Map<String, Long> UNITS = Map.of(
      "ns", 1L,
      "us", 1_000L,
      "ms", 1_000_000L,
      "s", 1_000_000_000L,
      "m", 60_000_000_000L,
      "h", 3_600_000_000_000L);
  private static final List<String> UNITS_TO_WRITE = List.of("s", "ms", "us", "ns");

  private FaultText() {}

  /** As short as can be without loss. */
  static String duration(long nanos) {
    for (String unit : UNITS_TO_WRITE) {
      if (nanos % UNITS.get(unit) == 0) {
        return nanos / UNITS.get(unit) + unit;
      }
    }
    throw new AssertionError(nanos); // as every number of nanoseconds is a multiple of one
  }

  /** Reads the steps of one fault. */
  public static List<FaultStep> parse(String text) {
    List<FaultStep> steps = new ArrayList<>();
    for (String part : text.trim().split("\\+", -1)) {
      if (!part.equals("none") || text.contains("+")) {
        steps.add(parseStep(part, text));
      }
    }
    return steps;
  }

  private static FaultStep parseStep(String part, String text) {
    Matcher matcher = STEP.matcher(part.trim());
    if (!matcher.matches()) {
      throw unreadable(part, text, null);
    }
    try {
      return parseStep(matcher.group(1), matcher.group(2), matcher.group(3));
    } catch (NumberFormatException | ArithmeticException e) {
      throw unreadable(part, text, e);
    }
  }

  private static FaultStep parseStep(String word, String sign, String value) {
    for (Kind kind : Kind.values()) {
      if (kind.word.equals(word)) {
        if (kind.isCut()) {
          return parseCut(kind, sign, value);
        }
        if ("@".equals(sign) || (value == null) != (kind == Kind.DROP)) {
          throw new NumberFormatException(word);
        }
        return parseStep(kind, value);
      }
    }
    throw new NumberFormatException(word);
  }

  private static FaultStep parseCut(Kind kind, String sign, String value) {
    if (value == null) {
      return new FaultStep(kind, kind == Kind.HALF_CLOSE ? FaultStep.ALL : 0);
    }
    if (!sign.equals("@")) {
      throw new NumberFormatException(value);
    }
    return new FaultStep(kind, number(value));
  }

  private static FaultStep parseStep(Kind kind, String value) {
    if (kind == Kind.DELAY) {
      int dots = value.indexOf("..");
      long min = nanos(dots < 0 ? value : value.substring(0, dots));
      return new FaultStep(kind, min, dots < 0 ? min : nanos(value.substring(dots + 2)));
    }
    if (kind == Kind.SLOW) {
      int slash = value.indexOf('/');
      if (slash < 0) {
        throw new NumberFormatException(value);
      }
      return new FaultStep(
          kind, number(value.substring(0, slash)), nanos(value.substring(slash + 1)));
    }
    return value == null ? new FaultStep(kind) : new FaultStep(kind, number(value));
  }

  /** ASCII digits alone, and no sign. */
  private static int number(String text) {
    if (!text.matches("[0-9]{1,10}")) {
      throw new NumberFormatException(text);
    }
    return Integer.parseInt(text);
  }

  private static long nanos(String text) {
    Matcher matcher = DURATION.matcher(text);
    Long unit = matcher.matches() ? UNITS.get(matcher.group(2)) : null;
    if (unit == null) {
      throw new NumberFormatException(text);
    }
    return new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unit)).longValueExact();
  }

  private static IllegalArgumentException unreadable(String part, String text, Exception cause) {
    String where = part.equals(text) ? "" : " in \"" + text + "\"";
    return new IllegalArgumentException(
        "No fault: \"" + part + "\"" + where + "; write " + WORDS, cause);
  }
}

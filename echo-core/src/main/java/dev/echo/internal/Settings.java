package dev.echo.internal;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** Checks of the builders' settings, and durations as the engine counts them. */
public final class Settings {

  public static final int MAX_MESSAGE_SIZE = 1 << 30;

  /** As large as the length field of a UDP header allows (RFC 768), rounded up. */
  public static final int MAX_DATAGRAM = 65_536;

  /** What fits into an IPv4 packet with its UDP header (RFC 791, RFC 768). */
  public static final int MAX_UDP_MESSAGE = 65_507;

  /** Longer than any program runs, and short enough to be added to a time without overflow. */
  private static final long MAX_NANOS = Long.MAX_VALUE / 4;

  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  /** From the second on, each a thousandth of the one before. */
  private static final List<String> UNITS = List.of("s", "ms", "us", "ns");

  private Settings() {}

  public static int inRange(int value, int min, int max, String name) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          name + " is not within " + min + " to " + max + ": " + value);
    }
    return value;
  }

  public static long positive(long value, String name) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " is not positive: " + value);
    }
    return value;
  }

  public static Duration positive(Duration value, String name) {
    if (Objects.requireNonNull(value, name).isZero() || value.isNegative()) {
      throw new IllegalArgumentException(name + " is not positive: " + value);
    }
    return value;
  }

  public static Duration notNegative(Duration value, String name) {
    if (Objects.requireNonNull(value, name).isNegative()) {
      throw new IllegalArgumentException(name + " is negative: " + value);
    }
    return value;
  }

  /** The nanoseconds of a duration, at most some 73 years. */
  public static long nanos(Duration duration) {
    try {
      return Math.min(duration.toNanos(), MAX_NANOS);
    } catch (ArithmeticException e) {
      return duration.isNegative() ? 0 : MAX_NANOS;
    }
  }

  /** A duration as it stands in messages. */
  public static String text(Duration duration) {
    return text(nanos(duration), " ");
  }

  /** A time in the largest unit of which it is a whole number. */
  public static String text(long nanos, String gap) {
    long unit = NANOS_PER_SECOND;
    int i = 0;
    while (nanos % unit != 0) {
      unit /= 1000;
      i++;
    }
    return nanos / unit + gap + UNITS.get(i);
  }

  /** The time in milliseconds, rounded up, for {@code select}. */
  public static long millis(long nanos) {
    return Math.max(1, (nanos + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI);
  }
}

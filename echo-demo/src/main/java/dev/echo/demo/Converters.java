package dev.echo.demo;

import dev.echo.Endpoint;
import dev.echo.Framing;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Values of options. */
final class Converters {

  private Converters() {}

  static final class OfEndpoint implements ITypeConverter<DemoEndpoint> {
    @Override
    public DemoEndpoint convert(String value) {
      try {
        return DemoEndpoint.parse(value);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  /** Takes HOST:PORT, too. */
  static final class OfSource implements ITypeConverter<Endpoint.Inet> {
    @Override
    public Endpoint.Inet convert(String value) {
      try {
        if (Endpoint.parse(value.contains(":/") ? value : "tcp://" + value)
            instanceof Endpoint.Tcp tcp) {
          return tcp;
        }
      } catch (IllegalArgumentException e) {
        // as below
      }
      throw new TypeConversionException(
          "\"" + value + "\" is neither HOST:PORT nor tcp://HOST:PORT");
    }
  }

  static final class OfFraming implements ITypeConverter<Framing> {
    @Override
    public Framing convert(String value) {
      return switch (value) {
        case "lines" -> Framing.LINES;
        case "length-prefixed" -> Framing.LENGTH_PREFIXED;
        case "raw" -> Framing.RAW;
        default ->
          throw new TypeConversionException(
              "\"" + value + "\" is not one of lines, length-prefixed, raw");
      };
    }
  }

  /** Takes seconds, as ping(8) does, or a number with its unit. */
  static final class OfTime implements ITypeConverter<Duration> {

    private static final Pattern TIME = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(us|ms|s|m|h)?");

    @Override
    public Duration convert(String value) {
      Matcher matcher = TIME.matcher(value);
      if (!matcher.matches()) {
        throw new TypeConversionException(
            "\"" + value + "\" is no time such as 0.2, 200ms, 50us, 10s, 5m or 1h");
      }
      BigDecimal nanos =
          new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(nanos(matcher.group(2))));
      if (nanos.signum() > 0 && nanos.compareTo(BigDecimal.ONE) < 0) {
        throw new TypeConversionException("\"" + value + "\" is less than a nanosecond");
      }
      BigInteger[] seconds =
          nanos.toBigInteger().divideAndRemainder(BigInteger.valueOf(1_000_000_000));
      return Duration.ofSeconds(seconds[0].longValueExact(), seconds[1].longValueExact());
    }

    private static long nanos(String unit) {
      return switch (unit == null ? "s" : unit) {
        case "us" -> 1_000;
        case "ms" -> 1_000_000;
        case "s" -> 1_000_000_000;
        case "m" -> 60_000_000_000L;
        default -> 3_600_000_000_000L;
      };
    }
  }

  /** Takes a number, with or without a percent sign. */
  static final class OfPercent implements ITypeConverter<Double> {

    private static final Pattern PERCENT = Pattern.compile("(\\d{1,3}(?:\\.\\d{1,9})?)%?");

    @Override
    public Double convert(String value) {
      Matcher matcher = PERCENT.matcher(value);
      if (!matcher.matches() || Double.parseDouble(matcher.group(1)) > 100) {
        throw new TypeConversionException("\"" + value + "\" is no percentage such as 0.5");
      }
      return Double.valueOf(matcher.group(1));
    }
  }
}

package dev.echo.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class ConvertersTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 1000000000",
    "0.2, 200000000",
    "50us, 50000",
    "1.5ms, 1500000",
    "2s, 2000000000",
    "5m, 300000000000",
    "1h, 3600000000000",
  })
  void takesTimes(String text, long nanos) {
    assertEquals(Duration.ofNanos(nanos), new Converters.OfTime().convert(text));
  }

  @Test
  void takesTheLongestTime() {
    assertEquals(Duration.ofHours(999_999_999), new Converters.OfTime().convert("999999999h"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "s", "-1", "+1", "1e3", "1 s", ".5", "1.", "1S", "1000000000", "0.0001us", "٣"
      })
  void refusesOtherTimes(String text) {
    assertThrows(TypeConversionException.class, () -> new Converters.OfTime().convert(text));
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.1:5, tcp://192.0.2.1:5",
    "[2001:DB8::1]:5, tcp://[2001:db8::1]:5",
    "a.example:5, tcp://a.example:5",
    "tcp://192.0.2.1:5, tcp://192.0.2.1:5",
    "TCP://[::1]:0, tcp://[::1]:0"
  })
  void takesSources(String text, String endpoint) {
    assertEquals(endpoint, new Converters.OfSource().convert(text).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "a", ":5", "a:", "a:65536", "::1", "udp://a:5", "tls://a:5", "unix:/a"})
  void refusesOtherSources(String text) {
    assertThrows(TypeConversionException.class, () -> new Converters.OfSource().convert(text));
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1%, 1", "0.01, 0.01", "100%, 100"})
  void takesPercents(String text, double percent) {
    assertEquals(percent, new Converters.OfPercent().convert(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "%", "-1", "100.1", "1e1", "NaN", "1000"})
  void refusesOtherPercents(String text) {
    assertThrows(TypeConversionException.class, () -> new Converters.OfPercent().convert(text));
  }
}

package dev.echo.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {

  private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);

  @ParameterizedTest
  @ValueSource(ints = {3, 4, 7})
  void acceptsNumbersInRange(int value) {
    assertEquals(value, Settings.inRange(value, 3, 7, "threads"));
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -3, 2, 8, Integer.MAX_VALUE})
  void namesTheNumberOutOfRangeAndTheRange(int value) {
    IllegalArgumentException e = assertThrows(
        IllegalArgumentException.class, () -> Settings.inRange(value, 3, 7, "threads"));

    assertEquals("threads is not within 3 to 7: " + value, e.getMessage());
  }

  @Test
  void acceptsDurationsThatAreLongEnough() {
    Duration nano = Duration.ofNanos(1);

    assertSame(nano, Settings.positive(nano, "timeout"));
    assertSame(FOREVER, Settings.positive(FOREVER, "timeout"));
    assertSame(nano, Settings.notNegative(nano, "timeout"));
    assertSame(Duration.ZERO, Settings.notNegative(Duration.ZERO, "timeout"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT-0.000000001S", "PT-1H"})
  void namesTheDurationThatIsNotPositive(Duration value) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Settings.positive(value, "timeout"));

    assertEquals("timeout is not positive: " + value, e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT-0.000000001S", "PT-1H"})
  void namesTheDurationThatIsNegative(Duration value) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Settings.notNegative(value, "timeout"));

    assertEquals("timeout is negative: " + value, e.getMessage());
  }

  @Test
  void namesTheDurationThatIsNull() {
    assertEquals(
        "timeout",
        assertThrows(NullPointerException.class, () -> Settings.positive(null, "timeout"))
            .getMessage());
    assertEquals(
        "timeout",
        assertThrows(NullPointerException.class, () -> Settings.notNegative(null, "timeout"))
            .getMessage());
  }

  @Test
  void countsDurationsInNanoseconds() {
    assertEquals(0, Settings.nanos(Duration.ZERO));
    assertEquals(1, Settings.nanos(Duration.ofNanos(1)));
    assertEquals(5_000_000_000L, Settings.nanos(Duration.ofSeconds(5)));
  }

  @ParameterizedTest
  @ValueSource(longs = {100L * 365 * 24 * 3600, 300L * 365 * 24 * 3600, Long.MAX_VALUE})
  void cutsDurationsThatWouldOverflowATime(long seconds) {
    long nanos = Settings.nanos(Duration.ofSeconds(seconds));

    assertTrue(nanos >= Duration.ofDays(70 * 365).toNanos(), nanos + " ns");
    assertTrue(System.nanoTime() + nanos - System.nanoTime() > 0);
    assertTrue(Long.MAX_VALUE - 2 * nanos > 0);
  }

  @Test
  void countsEndlessNegativeDurationsAsNothing() {
    assertEquals(0, Settings.nanos(Duration.ofSeconds(Long.MIN_VALUE)));
  }

  @ParameterizedTest
  @CsvSource({
    "-1000000000, 1",
    "0, 1",
    "1, 1",
    "999999, 1",
    "1000000, 1",
    "1000001, 2",
    "2000000, 2",
    "5000000000, 5000"
  })
  void roundsUpToMillisecondsOfWhichThereIsAtLeastOne(long nanos, long millis) {
    assertEquals(millis, Settings.millis(nanos));
  }

  @Test
  void roundsTheLongestTimeUpWithoutOverflow() {
    assertTrue(Settings.millis(Settings.nanos(FOREVER)) > 0);
  }
}

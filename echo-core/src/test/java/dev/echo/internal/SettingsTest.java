package dev.echo.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {

  private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);

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
    assertTrue(Long.MAX_VALUE - 2 * nanos > 0);
  }

  @Test
  void countsEndlessNegativeDurationsAsNothing() {
    assertEquals(0, Settings.nanos(Duration.ofSeconds(Long.MIN_VALUE)));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 s",
    "1, 1 ns",
    "999, 999 ns",
    "1500, 1500 ns",
    "2000, 2 us",
    "1500000, 1500 us",
    "20000000, 20 ms",
    "5000000000, 5 s",
    "90000000000, 90 s"
  })
  void writesTimesWithoutLoss(long nanos, String text) {
    assertEquals(text, Settings.text(Duration.ofNanos(nanos)));
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

package dev.echo.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PacerTest {

  private static final long START = Long.MAX_VALUE - 100_000; // which the clock may pass

  @Test
  void doesNothingForDatagramsThatAreOnTime() {
    Pacer pacer = new Pacer(1000, 64, START);
    for (int i = 0; i < 1000; i++) {
      long now = START + i * 1_000_000L;
      assertTrue(pacer.mayContinue(now));
      pacer.sent(now);
    }
  }

  @Test
  void sendsWhatIsOverdueInABurstAndThenWithAGap() {
    Pacer pacer = new Pacer(1000, 64, START);
    assertEquals(65, burst(pacer, START + 5));
    assertEquals(0, burst(pacer, START + 5));
    assertEquals(0, burst(pacer, START + 5 + 19_999));
    assertEquals(1, burst(pacer, START + 5 + 20_000));
    assertEquals(2, burst(pacer, START + 5 + 60_000));
    assertEquals(65, burst(pacer, START + 10_000_000));
  }

  @Test
  void burstsOfLargeMessagesAreShorter() {
    assertEquals(4, burst(new Pacer(1000, 20_000, START), START + 5));
    assertEquals(2, burst(new Pacer(1000, 65_507, START), START + 5));
  }

  @Test
  void catchesUpTwiceAsFastAsTheRate() {
    Pacer pacer = new Pacer(100_000, 64, START);
    burst(pacer, START);

    assertEquals(1, burst(pacer, START + 5_000));
    assertEquals(20, burst(pacer, START + 105_000));
  }

  private static int burst(Pacer pacer, long now) {
    int count = 0;
    while (pacer.mayContinue(now)) {
      pacer.sent(now);
      count++;
    }
    return count;
  }
}

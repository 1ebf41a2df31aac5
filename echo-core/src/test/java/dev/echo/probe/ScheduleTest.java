package dev.echo.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.echo.Endpoint;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Seven messages, the first two to warm up, a millisecond apart, by three flows in turn. */
class ScheduleTest {

  private static final long START = 5_000_000;

  private final ProbeBuilder builder = new ProbeBuilder();
  private final Schedule schedule;

  ScheduleTest() {
    builder.rate(1000).flows(3).count(5).warmUp(Duration.ofMillis(2));
    schedule = new Schedule(new ProbeConfig(builder, Endpoint.udp(7)));
    schedule.start(START);
  }

  private static long at(int millis) {
    return START + millis * 1_000_000L;
  }

  @Test
  void flowsTakeTurns() {
    assertEquals(at(0), schedule.due(0, 1));
    assertEquals(at(1), schedule.due(1, 1));
    assertEquals(at(2), schedule.due(2, 1));
    assertEquals(at(3), schedule.due(0, 2));
    assertEquals(at(7), schedule.due(1, 3));
  }

  @Test
  void theWarmUpIsWithinTheTime() {
    assertEquals(at(2), schedule.firstCounted());
    assertEquals(at(7), schedule.end());
  }

  @Test
  void eachFlowHasItsShare() {
    assertEquals(2, schedule.first(0));
    assertEquals(2, schedule.first(1));
    assertEquals(1, schedule.first(2));
    assertEquals(3, schedule.last(0));
    assertEquals(2, schedule.last(1));
    assertEquals(2, schedule.last(2));
  }
}

package dev.echo.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.Endpoint;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What reports say and sum up. */
class PathReportTest {

  private static final Endpoint UDP = Endpoint.udp(7007);
  private static final Locale BEFORE = Locale.getDefault();

  @AfterEach
  void restoreLocale() {
    Locale.setDefault(BEFORE);
  }

  private static PathReport report(Tally tally, long... lags) {
    RoundTrips times = times(200_000, 300_000);
    RoundTrips sendLag = times(lags);
    return PathReport.of(List.of(
        new PathReport(UDP, 1_000_000, 10_000_000_000L, tally, times, times, sendLag, List.of())));
  }

  private static RoundTrips times(long... nanos) {
    Histogram histogram = new Histogram();
    Arrays.stream(nanos).forEach(histogram::add);
    return histogram.snapshot();
  }

  private static Tally sent(long sent, long lost) {
    return new Tally(
        sent, 0, sent - lost, 0, lost, 0, 0, 0, 0, 0, 0, 0, lost * 1_000_000, 40_000, true);
  }

  @Test
  void saysHowSmallTheLossIsAtLeastWhenThereWasNone() {
    assertEquals("""
        1000 sent to udp://127.0.0.1:7007 in 10.000 s: 1000 received
        loss below 0.3000 % with 95 % confidence
        round trips: 2, min 0.200 ms, max 0.300 ms, jitter 0.040 ms
        response times: 2, min 0.200 ms, max 0.300 ms
        send lag: 2, min 0.001 ms, max 0.002 ms\
        """, report(sent(1000, 0), 1000, 2000).toString());
    assertFalse(report(sent(3, 0), 1000).toString().contains("confidence"));
  }

  @Test
  void saysEachNumberThatIsNotZeroInDigitsThatProgramsRead() {
    Locale.setDefault(Locale.forLanguageTag("ar-EG"));
    Tally all = new Tally(1000, 9, 900, 8, 7, 6, 5, 4, 3, 2, 11, 12, 5_000_000, 0, false);

    assertEquals("""
        1000 sent to udp://127.0.0.1:7007 in 10.000 s: 900 received, 8 late, 7 lost, 6 corrupt, 3 refused, 9 unsent, 5 duplicates, 2 reordered by up to 11, 4 foreign, 12 reconnects
        loss 2.100 %
        3.537 % without intact reply in time, longest outage 5.000 ms
        round trips: 2, min 0.200 ms, max 0.300 ms, jitter 0.000 ms
        response times: 2, min 0.200 ms, max 0.300 ms
        send lag: none\
        """, report(all).toString());
  }

  @Test
  void namesOneThingInTheSingular() {
    Tally one = new Tally(1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, false);

    String text = report(one, 1).toString();

    assertTrue(text.contains(": 1 received, 1 duplicate, 1 reconnect\n"), text);
  }

  @Test
  void saysThatThisMachineWasSlow() {
    String slow = "this machine, not the path, was slow";

    assertTrue(report(sent(10, 0), 1_000_001).toString().contains(slow));
    assertFalse(report(sent(10, 0), 1_000_000).toString().contains(slow));
    assertFalse(report(sent(0, 0)).isSenderSlow());
  }

  @Test
  void doesNotBlameThisMachineForAPeerThatTakesNothing() {
    Tally tally = new Tally(10, 1, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, false);

    assertFalse(report(tally, 1_000_001).isSenderSlow());
  }

  @Test
  void showsPercentilesForWhichThereAreEnough() {
    long[] many = new long[1000];
    Arrays.fill(many, 1_000_000);

    assertEquals(
        "1000, min 1.000 ms, p50 1.000 ms, p90 1.000 ms, p99 1.000 ms, max 1.000 ms",
        times(many).toString());
  }

  @Test
  void knowsNoLossRatioWithoutMessages() {
    PathReport none = report(sent(0, 0));

    assertTrue(Double.isNaN(none.lossRatio()));
    assertEquals(1, none.failureRatio());
    assertFalse(none.toString().contains("loss"));
  }

  @Test
  void sumsUpItsFlows() {
    Tally first = new Tally(10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 1000, true);
    Tally second = new Tally(10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 11, 100, 3000, true);
    Tally third = new Tally(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, false);

    assertEquals(
        new Tally(20, 2, 4, 6, 8, 10, 12, 14, 16, 18, 10, 22, 100, 2000, true),
        Tally.of(List.of(first, second, third)));
    List<PathReport> flows = List.of(report(first, 5), report(second, 7), report(third, 6));
    PathReport all = PathReport.of(flows);
    assertEquals(flows, all.flows());
    assertEquals(20, all.sent());
    assertEquals(6, all.roundTrips().count());
    assertEquals(3, all.sendLag().count());
    assertEquals(Duration.ofNanos(7), all.sendLag().max());
    assertEquals(Duration.ofNanos(2000), all.jitter());
    assertTrue(all.toString().endsWith("""

        flow 1: 2 of 10, loss 120.0 %
        flow 2: 2 of 10, loss 120.0 %
        flow 3: 0 of 0"""), all::toString);
  }
}

package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.internal.RemotePeer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which reply has which fault, without sockets. */
class FaultPlanTest {

  private static final Fault LATE = Fault.delay(Duration.ofMillis(20), Duration.ofMillis(80));

  private static Peer peer(long number) {
    return new RemotePeer(number, Endpoint.tcp(7));
  }

  private static Exchange exchange(long peer, long number) {
    return new Exchange(peer(peer), number, Message.of("x"), Message.of("y"), false);
  }

  private static List<String> faults(FaultPlan plan, long peer, int count) {
    return LongStream.rangeClosed(1, count)
        .mapToObj(number -> plan.faultFor(exchange(peer, number)).toString())
        .toList();
  }

  @Test
  void followsAScriptForEachPeer() {
    FaultPlan plan = FaultPlan.script(Fault.none(), Fault.drop(), Fault.reset());

    assertEquals(List.of("none", "drop", "reset", "none"), faults(plan, 1, 4));
    assertEquals(List.of("none", "drop", "reset", "none"), faults(plan, 7, 4));
    assertEquals(Fault.none(), plan.faultFor(exchange(1, 1L << 32 | 2)));
    assertEquals(Fault.none(), plan.faultOnOpen(peer(1)));
    assertEquals("FaultPlan[none,drop,reset]", plan.toString());
  }

  @Test
  void hasAFaultForEveryNthMessage() {
    FaultPlan plan = FaultPlan.every(3, Fault.drop());

    assertEquals(List.of("none", "none", "drop", "none", "none", "drop"), faults(plan, 1, 6));
    assertEquals("FaultPlan[every 3: drop]", plan.toString());
    assertThrows(IllegalArgumentException.class, () -> FaultPlan.every(0, Fault.drop()));
  }

  @Test
  void hasFaultsForConnectionsThatOpen() {
    FaultPlan plan = FaultPlan.onOpen(Fault.stall(), Fault.none(), Fault.reset());

    assertEquals(Fault.stall(), plan.faultOnOpen(peer(1)));
    assertEquals(Fault.none(), plan.faultOnOpen(peer(2)));
    assertEquals(Fault.reset(), plan.faultOnOpen(peer(3)));
    assertEquals(Fault.none(), plan.faultOnOpen(peer(4)));
    assertEquals(Fault.none(), plan.faultFor(exchange(1, 1)));
    assertEquals("FaultPlan[on open: stall,none,reset]", plan.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"drop", "duplicate=1", "corrupt=1", "half-close", "delay=1s+slow=1/1s"})
  void refusesWhatCanNotHappenToAConnectionThatOpens(String fault) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> FaultPlan.onOpen(Fault.parse(fault)));

    assertTrue(e.getMessage().contains(fault), e.getMessage());
  }

  @Test
  void hasAPlanForEachPeer() {
    FaultPlan plan = FaultPlan.perPeer(
        FaultPlan.script(Fault.drop()), FaultPlan.onOpen(Fault.none(), Fault.reset()));

    assertEquals(List.of("drop", "none"), faults(plan, 1, 2));
    assertEquals(List.of("none", "none"), faults(plan, 2, 2));
    assertEquals(Fault.reset(), plan.faultOnOpen(peer(2)));
    assertEquals(Fault.none(), plan.faultOnOpen(peer(3)));
    assertEquals(Fault.none(), plan.faultFor(exchange(3, 1)));
    assertEquals(
        "FaultPlan[per peer: FaultPlan[drop],FaultPlan[on open: none,reset]]", plan.toString());
  }

  @Test
  void drawsTheSameFaultsByTheSameSeed() {
    FaultPlan plan = FaultPlan.seeded(42).with(0.3, Fault.drop()).with(0.5, LATE);
    FaultPlan again = FaultPlan.parse("30%drop,50%delay=20ms..80ms", 42);
    FaultPlan other = FaultPlan.seeded(43).with(0.3, Fault.drop()).with(0.5, LATE);

    assertEquals(faults(plan, 1, 200), faults(again, 1, 200));
    assertNotEquals(faults(plan, 1, 200), faults(other, 1, 200));
    assertNotEquals(faults(plan, 1, 200), faults(plan, 2, 200));
    assertEquals("FaultPlan[30%drop,50%delay=20ms..80ms, seed 42]", plan.toString());
    assertEquals(plan.toString(), again.toString());
  }

  /** What seed 42 gives is the same in every version and on every JDK. */
  @Test
  void drawsWhatItHasAlwaysDrawn() {
    FaultPlan plan = FaultPlan.seeded(42).with(0.3, Fault.drop()).with(0.5, LATE);

    assertEquals(
        List.of("none", "none", "delay=56044us", "drop", "none", "delay=42694us"),
        faults(plan, 1, 6));
  }

  @Test
  void drawsAsOftenAsAsked() {
    FaultPlan plan = FaultPlan.seeded(1).with(0.1, Fault.drop()).with(0.25, Fault.duplicate(1));
    List<String> drawn = new ArrayList<>();
    for (int peer = 1; peer <= 100; peer++) {
      drawn.addAll(faults(plan, peer, 1000));
    }

    assertShare(0.1, drawn, "drop");
    assertShare(0.9 * 0.25, drawn, "duplicate=1");
  }

  /** Within five times the standard deviation of 100,000 draws. */
  private static void assertShare(double expected, List<String> drawn, String fault) {
    double share = drawn.stream().filter(fault::equals).count() / (double) drawn.size();
    assertEquals(expected, share, 5 * Math.sqrt(expected * (1 - expected) / drawn.size()));
  }

  @Test
  void drawsDelaysOverTheWholeRange() {
    FaultPlan plan = FaultPlan.parse("100%delay=1us..3us", 5);

    List<String> drawn = faults(plan, 1, 100).stream().distinct().sorted().toList();

    assertEquals(List.of("delay=1us", "delay=2us", "delay=3us"), drawn);
  }

  @Test
  void hasCertainRulesTakeEffectInTheirOrder() {
    FaultPlan plan = FaultPlan.seeded(1)
        .with(1, Fault.corrupt(1))
        .with(0, Fault.drop())
        .with(1, Fault.reset().afterBytes(3))
        .with(1, Fault.duplicate(1));

    assertEquals(List.of("corrupt=1+reset@3"), faults(plan, 1, 1));
  }

  @Test
  void dropsAlone() {
    FaultPlan plan = FaultPlan.seeded(1)
        .with(1, Fault.duplicate(1))
        .with(1, Fault.delay(Duration.ofSeconds(1)).then(Fault.drop()));

    assertEquals(List.of("drop"), faults(plan, 1, 1));
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1.1, Double.NaN, Double.POSITIVE_INFINITY})
  void refusesWhatIsNoProbability(double probability) {
    assertThrows(
        IllegalArgumentException.class, () -> FaultPlan.seeded(1).with(probability, Fault.drop()));
  }

  @Test
  void readsAScript() {
    FaultPlan plan = FaultPlan.parse("none,reset@3,delay=1s+close", 42);

    assertEquals(List.of("none", "reset@3", "delay=1s+close", "none"), faults(plan, 1, 4));
    assertEquals("FaultPlan[none,reset@3,delay=1s+close, seed 42]", plan.toString());
  }

  @Test
  void drawsWhatAScriptLeavesToChance() {
    String text =
        String.join(",", IntStream.range(0, 9).mapToObj(i -> LATE.toString()).toList());

    assertEquals(faults(FaultPlan.parse(text, 1), 1, 9), faults(FaultPlan.parse(text, 1), 1, 9));
    assertNotEquals(faults(FaultPlan.parse(text, 1), 1, 9), faults(FaultPlan.parse(text, 2), 1, 9));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "10%drop,reset|reset",
        "drop,10%reset|10%reset",
        "101%drop|101%drop",
        "%drop|%drop",
        "-1%drop|-1%drop",
        "10%|",
        "drop,|",
        "drop,,drop|",
        "0.1%loose|loose"
      })
  void refusesWhatIsNoPlan(String text, String wrong) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> FaultPlan.parse(text, 1));

    assertTrue(e.getMessage().contains('"' + (wrong == null ? "" : wrong) + '"'), e.getMessage());
  }

  @Test
  void namesFractionsOfAPercent() {
    assertEquals(
        "FaultPlan[0.1%drop, seed -1]", FaultPlan.parse("0.10%drop", -1).toString());
    assertEquals(
        "FaultPlan[100%drop,0%stall, seed 0]",
        FaultPlan.parse("100%drop,0%stall", 0).toString());
  }
}

package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Faults by themselves: their text, their ranges, and what can be joined. */
class FaultTextTest {

  static Stream<Arguments> faults() {
    return Stream.of(
        Arguments.of(Fault.none(), "none"),
        Arguments.of(Fault.drop(), "drop"),
        Arguments.of(Fault.delay(Duration.ofMillis(20)), "delay=20ms"),
        Arguments.of(Fault.delay(Duration.ZERO), "delay=0s"),
        Arguments.of(Fault.delay(Duration.ofNanos(1)), "delay=1ns"),
        Arguments.of(Fault.delay(Duration.ofMillis(20), Duration.ofSeconds(80)), "delay=20ms..80s"),
        Arguments.of(Fault.duplicate(2), "duplicate=2"),
        Arguments.of(Fault.corrupt(1), "corrupt=1"),
        Arguments.of(Fault.truncate(0), "truncate=0"),
        Arguments.of(Fault.reorder(3), "reorder=3"),
        Arguments.of(Fault.slow(1, Duration.ofMillis(20)), "slow=1/20ms"),
        Arguments.of(Fault.close(), "close"),
        Arguments.of(Fault.close().afterBytes(3), "close@3"),
        Arguments.of(Fault.halfClose(), "half-close"),
        Arguments.of(Fault.halfClose().afterBytes(0), "half-close@0"),
        Arguments.of(Fault.reset().afterBytes(3), "reset@3"),
        Arguments.of(Fault.reset().afterBytes(3).afterBytes(0), "reset"),
        Arguments.of(Fault.stall(), "stall"),
        Arguments.of(Fault.delay(Duration.ofSeconds(1)).then(Fault.close()), "delay=1s+close"),
        Arguments.of(
            Fault.corrupt(1)
                .then(Fault.slow(1, Duration.ZERO))
                .then(Fault.reset())
                .afterBytes(3),
            "corrupt=1+slow=1/0s+reset@3"));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void hasATextThatCanBeRead(Fault fault, String text) {
    assertEquals(text, fault.toString());
    assertEquals(fault, Fault.parse(text));
    assertEquals(fault.hashCode(), Fault.parse(text).hashCode());
    assertEquals(text, Fault.parse(text).toString());
  }

  @ParameterizedTest
  @CsvSource({
    "delay=1.5s, delay=1500ms",
    "delay=2m, delay=120s",
    "delay=1h, delay=3600s",
    "delay=3us, delay=3us",
    "' drop ', drop",
    "delay=1s + drop, delay=1s+drop",
    "half-close@2147483647, half-close"
  })
  void readsWhatPeopleWrite(String text, String meaning) {
    assertEquals(meaning, Fault.parse(text).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "+",
        "drop+",
        "+drop",
        "none+drop",
        "nothing",
        "DROP",
        "drop=1",
        "drop@1",
        "delay",
        "delay=",
        "delay=1",
        "delay=ms",
        "delay=-1ms",
        "delay=1ms..",
        "delay=..1ms",
        "delay=1.0000000001ns",
        "delay=2s..1s",
        "delay=1ſ",
        "delay=99999999999999999h",
        "duplicate",
        "duplicate=0",
        "duplicate=101",
        "duplicate=99999999999",
        "duplicate=+1",
        "duplicate=١",
        "duplicate@1",
        "corrupt=0",
        "truncate=-1",
        "reorder=0",
        "reorder=1025",
        "slow=1",
        "slow=1/",
        "slow=/1ms",
        "slow=0/1ms",
        "slow=1/1",
        "close=3",
        "close@",
        "close@-1",
        "close@x",
        "stall=1",
        "close+delay=1s",
        "drop+drop"
      })
  void refusesWhatIsNoFault(String text) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Fault.parse(text));

    String wrong = text.replaceAll("\\W.*", "");
    assertTrue(e.getMessage().contains(wrong), e.getMessage());
  }

  @Test
  void saysWhatWouldDo() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Fault.parse("delay=1s+lose"));

    assertTrue(
        e.getMessage().startsWith("No fault: \"lose\" in \"delay=1s+lose\"; write none, drop, "),
        e.getMessage());
  }

  @Test
  void checksNumbersAndTimes() {
    Duration negative = Duration.ofMillis(-1);

    assertThrows(IllegalArgumentException.class, () -> Fault.delay(negative));
    assertThrows(IllegalArgumentException.class, () -> Fault.delay(Duration.ZERO, negative));
    assertThrows(IllegalArgumentException.class, () -> Fault.slow(1, negative));
    assertThrows(IllegalArgumentException.class, () -> Fault.slow(0, Duration.ZERO));
    assertThrows(IllegalArgumentException.class, () -> Fault.close().afterBytes(-1));
    assertThrows(IllegalStateException.class, () -> Fault.drop().afterBytes(1));
    assertThrows(IllegalStateException.class, () -> Fault.none().afterBytes(1));
  }

  @Test
  void hasNothingBehindAnEnd() {
    for (Fault last :
        new Fault[] {Fault.drop(), Fault.close(), Fault.halfClose(), Fault.reset(), Fault.stall()
        }) {
      assertThrows(IllegalArgumentException.class, () -> last.then(Fault.delay(Duration.ZERO)));
      assertSame(last, last.then(Fault.none()));
      assertEquals(last, Fault.none().then(last));
    }
  }

  @Test
  void tellsFaultsApart() {
    assertNotEquals(Fault.drop(), Fault.none());
    assertNotEquals(Fault.close(), Fault.close().afterBytes(1));
    assertNotEquals((Object) "drop", Fault.drop());
  }
}

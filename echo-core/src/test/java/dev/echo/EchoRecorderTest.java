package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a recorder keeps, and when it is quiet. */
@Timeout(30)
class EchoRecorderTest extends TellingTest {

  @Test
  void takesEachExchangeOnceAndInOrder() throws Exception {
    Exchange first = tell(recorder, 1, "a");
    Exchange second = tell(recorder, 2, "b");

    assertSame(first, recorder.take());
    assertSame(second, recorder.take(NOW));
    assertThrows(AssertionError.class, () -> recorder.take(NOW));
    assertSame(tell(recorder, 3, "c"), recorder.take(NOW));
  }

  @Test
  void keepsWhatIsTaken() throws Exception {
    List<Exchange> both = List.of(tell(recorder, 1, "a"), tell(recorder, 2, "b"));
    List<Exchange> before = recorder.exchanges();
    recorder.take(NOW);
    recorder.take(NOW);
    tell(recorder, 3, "c");

    assertEquals(both, before);
    assertEquals(both, recorder.exchanges().subList(0, 2));
    assertThrows(UnsupportedOperationException.class, before::clear);
  }

  @Test
  void keepsNoMoreThanAThousandFailures() throws Exception {
    for (int i = 0; i <= 1000; i++) {
      recorder.onError(peer(1), new IllegalStateException("failure " + i));
    }

    assertEquals("failure 1", recorder.takeFailed(NOW).error().getMessage());
  }

  @Test
  void pollsWithoutFailing() throws Exception {
    assertEquals(Optional.empty(), recorder.poll(NOW));
    assertEquals(Optional.empty(), recorder.poll(SHORT));
    assertEquals(Optional.of(tell(recorder, 1, "a")), recorder.poll(NOW));
    assertEquals(Optional.empty(), recorder.poll(NOW));
  }

  @Test
  void takesWhatMatchesAndLeavesTheOthers() throws Exception {
    Exchange first = tell(recorder, 1, "a");
    Exchange second = tell(recorder, 2, "b");
    Exchange third = tell(recorder, 3, "c");

    assertSame(second, recorder.take(e -> e.number() > 1, NOW));
    assertSame(third, recorder.take(e -> e.number() > 1, NOW));
    assertSame(first, recorder.take(NOW));
    assertThrows(AssertionError.class, () -> recorder.take(NOW));
  }

  @Test
  void countsWhatItHas() throws Exception {
    EchoRecorder small = EchoRecorder.create(2, 100);
    assertEquals("EchoRecorder[0 recorded, 0 taken]", small.toString());
    tellMany(small, 2);
    small.take(NOW);
    assertEquals("EchoRecorder[2 recorded, 1 taken]", small.toString());
    tellMany(small, 1);
    assertEquals("EchoRecorder[3 recorded, 1 taken, 1 forgotten]", small.toString());
  }

  @Test
  void isQuietIfNothingComes() throws Exception {
    tell(recorder, 1, "a");
    recorder.take(NOW);
    recorder.onClose(peer(1), CloseReason.QUIT);
    recorder.onError(peer(1), new IllegalStateException("x"));
    long start = System.nanoTime();

    recorder.assertQuiet(SHORT);

    assertTrue(System.nanoTime() - start >= SHORT.toNanos());
  }

  @Test
  void isNotQuietIfSomethingIsNotTaken() throws Exception {
    tellMany(recorder, 5);
    recorder.take(e -> e.number() == 2, NOW);

    assertEquals(
        "Not quiet for 60 s; 5 recorded, 1 taken; not taken: "
            + "2#1 \"m\" → \"M\", 2#3 \"m\" → \"M\", 2#4 \"m\" → \"M\"",
        failure(() -> recorder.assertQuiet(LONG)));
  }

  @Test
  void isNotQuietAsSoonAsSomethingComes() {
    Waiting<Void> quiet = waitingForQuiet(recorder);

    tell(recorder, 1, "a");

    assertEquals(
        "Not quiet for 60 s; 1 recorded, 0 taken; not taken: 2#1 \"a\" → \"A\"",
        quiet.failure().getMessage());
  }

  @Test
  void isNotQuietIfAnotherThreadTakesWhatComes() throws Exception {
    Waiting<Exchange> other = new Waiting<>(() -> recorder.take(LONG));
    Waiting<Void> quiet = waitingForQuiet(recorder);

    tell(recorder, 1, "a");

    other.get();
    String text = quiet.failure().getMessage();
    assertTrue(text.startsWith("Not quiet for 60 s; 1 recorded, "), text);
    assertTrue(text.endsWith(": 2#1 \"a\" → \"A\""), text);
  }

  @Test
  void isNotQuietIfWhatCameIsForgotten() throws Exception {
    EchoRecorder small = EchoRecorder.create(1, 100);
    tellMany(small, 2);
    small.take(NOW);

    assertEquals(
        "Not quiet now; 2 recorded, 1 taken, 1 forgotten; the last: 2#2 \"m\" → \"M\"",
        failure(() -> small.assertQuiet(NOW)));
  }

  @Test
  void keepsTenThousandExchanges() throws Exception {
    tellMany(recorder, 10_001);

    assertEquals(1, recorder.forgotten());
    assertEquals(10_000, recorder.exchanges().size());
    assertEquals(2, recorder.take(NOW).number());
    assertEquals(
        "No matching exchange now; 10001 recorded, 1 taken, 1 forgotten, 9999 did not match; "
            + "the last: 2#9999 \"m\" → \"M\", 2#10000 \"m\" → \"M\", 2#10001 \"m\" → \"M\"",
        failure(() -> recorder.take(e -> false, NOW)));
  }

  @Test
  void keepsSixteenMebibytesOfMessages() {
    Message half = Message.of(new byte[8 << 20]);
    recorder.onEcho(exchange(1, half, half));
    recorder.onEcho(exchange(2, half, half));
    assertEquals(0, recorder.forgotten());

    tell(recorder, 3, "x");

    assertEquals(1, recorder.forgotten());
    assertEquals(List.of(2L, 3L), numbers(recorder));
  }

  private static List<Long> numbers(EchoRecorder recorder) {
    return recorder.exchanges().stream().map(Exchange::number).toList();
  }

  @Test
  void countsTheBytesOfMessageAndReplyUnlessTheyAreOne() {
    EchoRecorder small = EchoRecorder.create(10, 4);
    Message two = Message.of("aa");
    small.onEcho(exchange(1, two, two));
    small.onEcho(exchange(2, two, two));
    assertEquals(List.of(1L, 2L), numbers(small));

    small.onEcho(exchange(3, two, Message.of("a")));
    assertEquals(List.of(3L), numbers(small));

    small.onEcho(exchange(4, Message.empty(), Message.of("a")));
    assertEquals(List.of(3L, 4L), numbers(small));
    assertEquals(2, small.forgotten());

    small.onEcho(exchange(5, two, Message.of("aa"))); // equal, but held twice
    assertEquals(List.of(5L), numbers(small));
  }

  @Test
  void forgetsAtOnceWhatIsLargerThanAllRoom() throws Exception {
    EchoRecorder small = EchoRecorder.create(10, 4);
    Exchange first = tell(small, 1, "aa");

    tell(small, 2, "bbb");

    assertEquals(1, small.forgotten());
    assertEquals(List.of(first), small.exchanges());
    assertSame(first, small.take(NOW));
    assertEquals(
        "No exchange within 1 ms; 2 recorded, 1 taken, 1 forgotten (1 larger than 4 bytes); "
            + "the last that is kept: 2#1 \"aa\" → \"AA\"",
        failure(() -> small.take(Duration.ofMillis(1))));
    assertThrows(AssertionError.class, () -> small.assertQuiet(NOW));

    small.clear();
    Waiting<Void> quiet = waitingForQuiet(small);
    tell(small, 3, "ccc");
    assertEquals(
        "Not quiet for 60 s; 1 recorded, 0 taken, 1 forgotten (1 larger than 4 bytes)",
        quiet.failure().getMessage());
  }

  @Test
  void goesOnAfterAllIsForgottenForOneThatFillsAllRoom() throws Exception {
    EchoRecorder small = EchoRecorder.create(10, 4);
    tell(small, 1, "a");
    tell(small, 2, "a");
    tell(small, 3, "aa");
    tell(small, 4, "aa");

    assertEquals(List.of(4L), numbers(small));
    assertEquals(3, small.forgotten());
    assertEquals(4, small.take(NOW).number());
  }

  @Test
  void forgetsTheOldestWhetherTakenOrNot() throws Exception {
    EchoRecorder small = EchoRecorder.create(2, 100);
    tellMany(small, 2);
    small.take(NOW);
    tell(small, 3, "c");
    assertEquals(2, small.take(NOW).number());
    tell(small, 4, "d");
    tell(small, 5, "e");

    assertEquals(4, small.take(NOW).number());
    assertEquals(5, small.take(NOW).number());
    assertEquals(3, small.forgotten());
  }

  @Test
  void boundsClosedConnectionsAndFailuresOnTheirOwn() throws Exception {
    EchoRecorder small = EchoRecorder.create(2, 100);
    for (int i = 1; i <= 3; i++) {
      small.onClose(peer(i), CloseReason.QUIT);
      small.onError(peer(i), new IllegalStateException("x" + i));
    }

    assertEquals(0, small.forgotten());
    assertEquals(2, small.takeClosed(NOW).peer().number());
    assertEquals(2, small.takeFailed(NOW).peer().number());
    assertEquals(3, small.takeClosed(NOW).peer().number());
    assertEquals(3, small.takeFailed(NOW).peer().number());
    String text = failure(() -> small.takeClosed(NOW));
    assertEquals(
        "No closed connection now; 3 recorded, 2 taken, 1 forgotten; the last: peer 3 QUIT; "
            + "failures: 3 recorded, 2 taken, 1 forgotten; "
            + "the last: peer 3 java.lang.IllegalStateException: \"x3\"",
        text);
  }

  @Test
  void refusesBoundsThatLeaveNoRoom() {
    assertEquals(
        "maxExchanges is not within 1 to 2147483647: 0",
        assertThrows(IllegalArgumentException.class, () -> EchoRecorder.create(0, 1))
            .getMessage());
    assertEquals(
        "maxBytes is not positive: 0",
        assertThrows(IllegalArgumentException.class, () -> EchoRecorder.create(1, 0))
            .getMessage());
  }

  @Test
  void startsAnewWhenCleared() throws Exception {
    EchoRecorder small = EchoRecorder.create(2, 10);
    tellMany(small, 3);
    tell(small, 4, "too large");
    small.take(NOW);
    small.onClose(peer(1), CloseReason.QUIT);
    small.onError(peer(1), new IllegalStateException("x"));

    small.clear();

    assertEquals("EchoRecorder[0 recorded, 0 taken]", small.toString());
    assertEquals(0, small.forgotten());
    assertEquals(List.of(), small.exchanges());
    assertEquals("No exchange now; 0 recorded, 0 taken", failure(() -> small.take(NOW)));
    small.assertQuiet(NOW);
    Exchange exchange = tell(small, 1, "12345"); // which takes all room
    assertEquals(List.of(exchange), small.exchanges());
    assertSame(exchange, small.take(NOW));
    assertEquals("EchoRecorder[1 recorded, 1 taken]", small.toString());
  }

  @Test
  void keepsWaitingWhenCleared() throws Exception {
    tell(recorder, 1, "a");
    Waiting<Exchange> waiting = new Waiting<>(() -> recorder.take(e -> e.number() > 1, LONG));

    recorder.clear();

    assertSame(tell(recorder, 2, "b"), waiting.get());
  }
}

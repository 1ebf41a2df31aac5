package dev.echo;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.internal.RemotePeer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A recorder that is told by hand, without a server. */
@Timeout(30)
class EchoRecorderTest {

  private static final Duration NOW = Duration.ZERO;
  private static final Duration SHORT = Duration.ofMillis(50);
  private static final Duration LONG = Duration.ofMinutes(1);

  private final EchoRecorder recorder = EchoRecorder.create();

  private static Peer peer(long number) {
    return new RemotePeer(number, Endpoint.tcp(7));
  }

  private static Exchange exchange(long number, Message received, Message reply) {
    return new Exchange(peer(2), number, received, reply, false);
  }

  /** Of the peer 2, with a reply in capitals. */
  private static Exchange exchange(long number, String text) {
    return exchange(number, Message.of(text), Message.of(text.toUpperCase(Locale.ROOT)));
  }

  private static Exchange tell(EchoRecorder recorder, long number, String text) {
    Exchange exchange = exchange(number, text);
    recorder.onEcho(exchange);
    return exchange;
  }

  private static void tellMany(EchoRecorder recorder, int count) {
    LongStream.rangeClosed(1, count).forEach(number -> tell(recorder, number, "m"));
  }

  private static String failure(Executable executable) {
    return assertThrows(AssertionError.class, executable).getMessage();
  }

  /** A call on a thread of its own, which waits when this returns. */
  private static final class Waiting<T> {

    private final FutureTask<T> task;
    private final Thread thread;

    private Waiting(Callable<T> call) {
      task = new FutureTask<>(call);
      thread = new Thread(task);
      thread.setDaemon(true);
      thread.start();
      while (thread.getState() != Thread.State.TIMED_WAITING && !task.isDone()) {
        Thread.onSpinWait();
      }
      assertFalse(task.isDone(), "did not wait");
    }

    private T get() throws Exception {
      return task.get(10, TimeUnit.SECONDS);
    }

    private Throwable failure() {
      return assertThrows(ExecutionException.class, this::get).getCause();
    }
  }

  private static Waiting<Void> waitingForQuiet(EchoRecorder recorder) {
    return new Waiting<>(() -> {
      recorder.assertQuiet(LONG);
      return null;
    });
  }

  // What is there

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

  // Waiting

  @Test
  void waitsUntilTheTimeIsOver() {
    long start = System.nanoTime();

    String text = failure(() -> recorder.take(SHORT));

    assertTrue(System.nanoTime() - start >= SHORT.toNanos());
    assertEquals("No exchange within 50 ms; 0 recorded, 0 taken", text);
  }

  @Test
  void isWokenUpByWhatItWaitsFor() throws Exception {
    Waiting<Exchange> next = new Waiting<>(recorder::take);
    assertSame(tell(recorder, 1, "a"), next.get());

    Waiting<Exchange> matching =
        new Waiting<>(() -> recorder.take(e -> e.received().text().equals("c"), LONG));
    Exchange other = tell(recorder, 2, "b");
    assertSame(tell(recorder, 3, "c"), matching.get());
    assertSame(other, recorder.take(NOW));

    Waiting<Optional<Exchange>> polled = new Waiting<>(() -> recorder.poll(LONG));
    assertEquals(Optional.of(tell(recorder, 4, "d")), polled.get());

    Waiting<EchoRecorder.Closed> closed = new Waiting<>(() -> recorder.takeClosed(LONG));
    recorder.onClose(peer(1), CloseReason.QUIT);
    assertEquals(CloseReason.QUIT, closed.get().reason());

    Waiting<EchoRecorder.Failed> failed = new Waiting<>(() -> recorder.takeFailed(LONG));
    Throwable error = new IllegalStateException("x");
    recorder.onError(peer(1), error);
    assertSame(error, failed.get().error());
  }

  static Stream<Arguments> waits() {
    return Stream.of(
        Arguments.of("take", (Wait) EchoRecorder::take),
        Arguments.of("take which", (Wait) (r, timeout) -> r.take(e -> true, timeout)),
        Arguments.of("poll", (Wait) EchoRecorder::poll),
        Arguments.of("takeClosed", (Wait) EchoRecorder::takeClosed),
        Arguments.of("takeFailed", (Wait) EchoRecorder::takeFailed),
        Arguments.of("assertQuiet", (Wait) (r, timeout) -> {
          r.assertQuiet(timeout);
          return r;
        }));
  }

  private interface Wait {
    Object call(EchoRecorder recorder, Duration timeout) throws InterruptedException;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("waits")
  void endsItsWaitWhenInterrupted(String name, Wait wait) {
    Waiting<Object> waiting = new Waiting<>(() -> wait.call(recorder, LONG));

    waiting.thread.interrupt();

    assertEquals(InterruptedException.class, waiting.failure().getClass());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("waits")
  void takesNothingOnAThreadThatIsInterruptedAlready(String name, Wait wait) throws Exception {
    Exchange exchange = tell(recorder, 1, "a");
    recorder.onClose(peer(1), CloseReason.QUIT);
    recorder.onError(peer(1), new IllegalStateException("x"));
    Thread.currentThread().interrupt();

    assertThrows(InterruptedException.class, () -> wait.call(recorder, NOW));

    assertFalse(Thread.currentThread().isInterrupted());
    assertSame(exchange, recorder.take(NOW));
    recorder.takeClosed(NOW);
    recorder.takeFailed(NOW);
  }

  static Stream<Arguments> looks() {
    return Stream.of(
            NOW,
            Duration.ofNanos(-1),
            Duration.ofNanos(Long.MIN_VALUE),
            Duration.ofSeconds(Long.MIN_VALUE))
        .flatMap(
            timeout -> waits().map(wait -> Arguments.of(wait.get()[0], wait.get()[1], timeout)));
  }

  @ParameterizedTest(name = "{0} {2}")
  @MethodSource("looks")
  void looksOnceIfThereIsNoTimeToWait(String name, Wait wait, Duration none) throws Exception {
    if (name.equals("poll")) {
      assertEquals(Optional.empty(), wait.call(recorder, none));
    } else if (name.equals("assertQuiet")) {
      wait.call(recorder, none);
      tell(recorder, 1, "a");
      assertThrows(AssertionError.class, () -> wait.call(recorder, none));
    } else {
      String text = failure(() -> wait.call(recorder, none));
      assertTrue(text.matches("No (matching )?[a-z ]+ now; 0 recorded, 0 taken.*"), text);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("waits")
  void waitsLongerThanAClockCanCount(String name, Wait wait) {
    Waiting<Object> waiting =
        new Waiting<>(() -> wait.call(recorder, Duration.ofSeconds(Long.MAX_VALUE)));

    tell(recorder, 1, "a");
    recorder.onClose(peer(1), CloseReason.QUIT);
    recorder.onError(peer(1), new IllegalStateException("x"));

    if (name.equals("assertQuiet")) {
      assertEquals(AssertionError.class, waiting.failure().getClass());
    } else {
      assertDoesNotThrow(waiting::get);
    }
  }

  // Predicates

  @Test
  void takesNothingIfThePredicateThrows() throws Exception {
    RuntimeException failure = new IllegalStateException("as it happens");
    Exchange first = tell(recorder, 1, "a");

    assertSame(
        failure,
        assertThrows(
            RuntimeException.class,
            () -> recorder.take(
                e -> {
                  throw failure;
                },
                LONG)));

    assertEquals("EchoRecorder[1 recorded, 0 taken]", recorder.toString());
    Exchange second =
        CompletableFuture.supplyAsync(() -> tell(recorder, 2, "b")).join();
    assertSame(first, recorder.take(NOW));
    assertSame(second, recorder.take(NOW));
  }

  @Test
  void isFreeForOthersWhileAPredicateRuns() throws Exception {
    Exchange first = tell(recorder, 1, "a");

    Exchange taken = recorder.take(
        e -> {
          CompletableFuture.runAsync(() -> tell(recorder, 2, "b")).join();
          return recorder.exchanges().size() == 2;
        },
        LONG);

    assertSame(first, taken);
  }

  @Test
  void doesNotTakeWhatIsTakenWhileThePredicateRuns() throws Exception {
    Exchange first = tell(recorder, 1, "a");
    Exchange second = tell(recorder, 2, "b");
    List<Exchange> inside = new ArrayList<>();

    Exchange taken = recorder.take(
        e -> {
          if (inside.isEmpty()) {
            inside.add(assertDoesNotThrow(() -> recorder.take(NOW)));
          }
          return true;
        },
        NOW);

    assertEquals(List.of(first), inside);
    assertSame(second, taken);
    assertEquals("EchoRecorder[2 recorded, 2 taken]", recorder.toString());
  }

  @Test
  void testsEachExchangeOnceThoughItIsForgottenMeanwhile() throws Exception {
    EchoRecorder small = EchoRecorder.create(2, 100);
    tellMany(small, 2);
    List<Long> tested = new ArrayList<>();

    Exchange taken = small.take(
        e -> {
          tested.add(e.number());
          if (e.number() == 1) {
            tell(small, 3, "c"); // for which 1 is forgotten
          } else if (e.number() == 2) {
            tell(small, 4, "d");
            tell(small, 5, "e"); // for which 2 and 3 are
          }
          return e.number() != 4;
        },
        SHORT);

    assertEquals(List.of(1L, 2L, 4L, 5L), tested);
    assertEquals(5, taken.number());
    assertEquals("EchoRecorder[5 recorded, 1 taken, 3 forgotten]", small.toString());
  }

  @Test
  void doesNotTakeWhatIsClearedWhileThePredicateRuns() {
    tell(recorder, 1, "a");

    String text = failure(() -> recorder.take(
        e -> {
          recorder.clear();
          return true;
        },
        NOW));

    assertEquals("No matching exchange now; 0 recorded, 0 taken", text);
  }

  /** Or a server that never rests would keep a test for ever. */
  @Test
  void testsNothingThatComesAfterTheTimeIsOver() {
    tell(recorder, 1, "a");

    String text = failure(() -> recorder.take(
        e -> {
          tell(recorder, e.number() + 1, "b");
          return false;
        },
        NOW));

    assertEquals(
        "No matching exchange now; 2 recorded, 0 taken, 1 did not match; the last: "
            + "2#1 \"a\" → \"A\"",
        text);
  }

  @Test
  void testsWhatHasComeInTimeAlsoIfThatTakesLonger() throws Exception {
    tellMany(recorder, 3);
    long start = System.nanoTime();

    Exchange taken = recorder.take(
        e -> {
          while (System.nanoTime() - start < 2_000_000) {
            Thread.onSpinWait();
          }
          return e.number() == 3;
        },
        Duration.ofMillis(1));

    assertEquals(3, taken.number());
  }

  // Several threads

  @Test
  void givesEachExchangeToOneOfTheThreadsThatTake() throws Exception {
    int count = 1_000;
    CyclicBarrier together = new CyclicBarrier(2);
    Callable<List<Exchange>> half = () -> {
      List<Exchange> taken = new ArrayList<>();
      together.await(10, TimeUnit.SECONDS);
      for (int i = 0; i < count / 2; i++) {
        taken.add(i % 2 == 0 ? recorder.take(LONG) : recorder.take(e -> true, LONG));
      }
      return taken;
    };
    FutureTask<List<Exchange>> first = new FutureTask<>(half);
    FutureTask<List<Exchange>> second = new FutureTask<>(half);
    List.of(first, second).forEach(task -> new Thread(task).start());

    tellMany(recorder, count);

    List<Long> numbers = Stream.of(
            first.get(10, TimeUnit.SECONDS), second.get(10, TimeUnit.SECONDS))
        .flatMap(List::stream)
        .map(Exchange::number)
        .sorted()
        .toList();
    assertEquals(LongStream.rangeClosed(1, count).boxed().toList(), numbers);
    recorder.assertQuiet(NOW);
  }

  @Test
  void givesTwoThreadsThatWaitTheirOwn() throws Exception {
    Waiting<Exchange> first = new Waiting<>(() -> recorder.take(LONG));
    Waiting<Exchange> second = new Waiting<>(() -> recorder.take(LONG));

    tellMany(recorder, 2);

    assertEquals(3, first.get().number() + second.get().number());
  }

  // Quiet

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

  // Bounds

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

  // Words

  @Test
  void showsWhatCameInstead() throws Exception {
    tellMany(recorder, 2);
    tell(recorder, 3, "hello");
    for (int i = 0; i < 3; i++) {
      recorder.take(NOW);
    }

    assertEquals(
        "No exchange within 1 ms; 3 recorded, 3 taken; the last: 2#3 \"hello\" → \"HELLO\"",
        failure(() -> recorder.take(Duration.ofMillis(1))));
    assertEquals(
        "No matching exchange within 1 ms; 3 recorded, 3 taken; the last: "
            + "2#3 \"hello\" → \"HELLO\"",
        failure(() -> recorder.take(e -> true, Duration.ofMillis(1))));
  }

  @Test
  void showsTheLastThatDidNotMatch() {
    tellMany(recorder, 5);

    assertEquals(
        "No matching exchange within 1 ms; 5 recorded, 0 taken, 5 did not match; the last: "
            + "2#3 \"m\" → \"M\", 2#4 \"m\" → \"M\", 2#5 \"m\" → \"M\"",
        failure(() -> recorder.take(e -> false, Duration.ofMillis(1))));
  }

  @Test
  void showsFailuresAndClosedConnectionsToo() throws Exception {
    Throwable error = new IllegalStateException("no \"luck\"\u001b[0m");
    recorder.onError(peer(3), new IllegalStateException());
    recorder.onError(peer(3), error);
    recorder.onClose(peer(3), CloseReason.FAILED);

    AssertionError failed = assertThrows(AssertionError.class, () -> recorder.take(NOW));

    assertEquals(
        "No exchange now; 0 recorded, 0 taken; failures: 2 recorded, 0 taken; the last: "
            + "peer 3 java.lang.IllegalStateException: \"no \\\"luck\\\"\\u001b[0m\"; "
            + "closed connections: 1 recorded, 0 taken; the last: peer 3 FAILED",
        failed.getMessage());
    assertSame(error, failed.getCause());

    recorder.takeFailed(NOW);
    recorder.takeFailed(NOW);
    assertNull(assertThrows(AssertionError.class, () -> recorder.take(NOW)).getCause());
  }

  @Test
  void showsExchangesIfNoConnectionClosesAndNothingFails() throws Exception {
    tell(recorder, 1, "a");

    assertEquals(
        "No closed connection within 1 ms; 0 recorded, 0 taken; "
            + "exchanges: 1 recorded, 0 taken; the last: 2#1 \"a\" → \"A\"",
        failure(() -> recorder.takeClosed(Duration.ofMillis(1))));
    recorder.onError(peer(1), new IllegalStateException());
    recorder.takeFailed(NOW);
    assertEquals(
        "No failure within 1 ms; 1 recorded, 1 taken; "
            + "the last: peer 1 java.lang.IllegalStateException; "
            + "exchanges: 1 recorded, 0 taken; the last: 2#1 \"a\" → \"A\"",
        failure(() -> recorder.takeFailed(Duration.ofMillis(1))));
  }

  static Stream<Arguments> messages() {
    return Stream.of(
        Arguments.of("\"\"", Message.empty()),
        Arguments.of("\"héllo → 😀\"", Message.of("héllo → 😀")),
        Arguments.of("\"a\\\"b\\\\c\\r\\n\\t\"", Message.of("a\"b\\c\r\n\t")),
        Arguments.of(
            "\"$1\\u001b[31m\\u202e\\u2028\\u00a0\"", Message.of("$1\u001b[31m\u202e\u2028\u00a0")),
        Arguments.of("\"\\udb40\\udc01\"", Message.of("\udb40\udc01")),
        Arguments.of("0x00000005ff", Message.of(new byte[] {0, 0, 0, 5, -1})),
        Arguments.of("0x610062", Message.of("a\0b")),
        Arguments.of("0x61c3", Message.of(new byte[] {'a', (byte) 0xc3})),
        Arguments.of("0x" + "ff".repeat(32), bytes(32, 0xff)),
        Arguments.of("0x" + "ff".repeat(32) + "... (33 bytes)", bytes(33, 0xff)),
        Arguments.of("0x" + "00".repeat(32) + "... (1000000 bytes)", bytes(1_000_000, 0)),
        Arguments.of("\"" + "a".repeat(64) + "\"", bytes(64, 'a')),
        Arguments.of("\"" + "a".repeat(64) + "\"... (65 bytes)", bytes(65, 'a')),
        Arguments.of("\"" + "a".repeat(64) + "\"... (1000000 bytes)", bytes(1_000_000, 'a')),
        Arguments.of("\"" + "😀".repeat(64) + "\"", Message.of("😀".repeat(64))),
        Arguments.of("\"" + "😀".repeat(64) + "\"... (260 bytes)", Message.of("😀".repeat(65))),
        Arguments.of("\"" + "→".repeat(64) + "\"... (300 bytes)", Message.of("→".repeat(100))));
  }

  private static Message bytes(int count, int value) {
    byte[] bytes = new byte[count];
    Arrays.fill(bytes, (byte) value);
    return Message.of(bytes);
  }

  @ParameterizedTest
  @MethodSource("messages")
  void quotesMessages(String expected, Message message) throws Exception {
    EchoRecorder large = EchoRecorder.create(1, 1 << 30);
    large.onEcho(new Exchange(peer(0), 1, message, Message.of("ok"), true));
    large.take(NOW);

    assertEquals(
        "No exchange now; 1 recorded, 1 taken; the last: 0#1 " + expected + " → \"ok\" (quit)",
        failure(() -> large.take(NOW)));
  }

  @ParameterizedTest
  @ValueSource(ints = {256, 257})
  void cutsTheTextsOfErrors(int length) {
    recorder.onError(peer(1), new IllegalStateException("e".repeat(length)));

    String text = failure(() -> recorder.take(NOW));

    assertTrue(text.endsWith(" \"" + "e".repeat(256) + (length > 256 ? "\"..." : "\"")), text);
  }

  @Test
  void writesNumbersInDigitsThatProgramsRead() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG"));
    try {
      recorder.onEcho(exchange(123_456_789, bytes(2_000, 'a'), Message.of("\u0007")));

      assertEquals(
          "No matching exchange now; 1 recorded, 0 taken, 1 did not match; the last: 2#123456789 \""
              + "a".repeat(64) + "\"... (2000 bytes) → \"\\u0007\"",
          failure(() -> recorder.take(e -> false, NOW)));
    } finally {
      Locale.setDefault(before);
    }
  }
}

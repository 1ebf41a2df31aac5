package dev.echo;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** How a recorder waits, for which exchanges and for whom. */
@Timeout(30)
class RecorderWaitsTest extends TellingTest {

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
}

package dev.echo.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** When sources are asked without the selector, and when no more. */
class BusySourcesTest {

  private static final int ROUNDS = 4;

  private final AtomicBoolean othersWait = new AtomicBoolean();
  private final BusySources busy = new BusySources(othersWait::get);

  /** A source that is ready as often as it was told. */
  private static final class Source extends EventSource {
    int readyFor;
    int asked;

    Source(int readyFor) {
      this.readyFor = readyFor;
    }

    @Override
    public boolean onReady() {
      asked++;
      return readyFor-- > 0;
    }

    @Override
    public long deadline() {
      return NEVER;
    }

    @Override
    public void onDeadline() {}

    @Override
    public void shutdown() {}

    @Override
    public void close() {}

    @Override
    public void fail(String operation, Throwable error) {
      throw new AssertionError(error);
    }
  }

  @Test
  void asksAFewNoSecondTime() {
    List<Source> few = sources(7, Integer.MAX_VALUE);

    select(few);

    assertFalse(busy.areMany());
    assertAsked(1, few);
  }

  @Test
  void asksManyForSomeRoundsAndRemembersThem() {
    List<Source> many = sources(8, Integer.MAX_VALUE);

    select(many);
    assertTrue(busy.areMany());
    assertAsked(1 + ROUNDS, many);

    select(many.subList(0, 1));
    assertAsked(1 + 2 * ROUNDS, many.subList(1, 8));
    assertAsked(2 + 2 * ROUNDS, many.subList(0, 1));
  }

  @Test
  void goesOnWhileThreeOfFourAreReady() {
    List<Source> ready = sources(6, Integer.MAX_VALUE);
    List<Source> once = sources(2, 1);

    select(Stream.concat(ready.stream(), once.stream()).toList());

    assertAsked(1 + ROUNDS, ready);
    assertAsked(1 + ROUNDS, once);
    assertFalse(busy.areMany(), "six are left");
    assertFalse(once.get(0).isBusy);
    assertTrue(ready.get(0).isBusy);
  }

  @Test
  void stopsWhenFewerAreReady() {
    List<Source> ready = sources(5, Integer.MAX_VALUE);
    List<Source> once = sources(3, 1);

    select(Stream.concat(ready.stream(), once.stream()).toList());

    assertAsked(2, ready);
    assertAsked(2, once);
  }

  @Test
  void asksMoreSeldomTheLessItPays() {
    int selects = 0;
    for (int pause : new int[] {1, 2, 4, 8, 16, 32, 64, 64}) {
      assertEquals(2, askedBy(sources(8, 1)), "after " + selects + " selects");
      for (int i = 0; i < pause; i++) {
        assertEquals(1, askedBy(sources(8, Integer.MAX_VALUE)), "after " + selects++ + " selects");
      }
    }
    assertEquals(1 + ROUNDS, askedBy(sources(8, Integer.MAX_VALUE)));
    assertEquals(2, askedBy(sources(8, 1)));
    assertEquals(1, askedBy(sources(8, 1)), "a pause of one again");
    assertEquals(2, askedBy(sources(8, 1)));
  }

  @Test
  void treatsAllAlikeWhenItCannotRememberThem() {
    List<Source> enough = sources(1_023, Integer.MAX_VALUE);
    select(enough);
    assertAsked(1 + ROUNDS, enough);

    List<Source> tooMany = sources(2_000, Integer.MAX_VALUE);
    select(tooMany);
    select(tooMany);
    assertAsked(2, tooMany);
    assertFalse(tooMany.get(0).isBusy);
  }

  @Test
  void letsOtherWorkGoFirst() {
    List<Source> many = sources(8, Integer.MAX_VALUE);
    othersWait.set(true);
    select(many);
    assertAsked(1, many);

    othersWait.set(false);
    select(List.of());
    assertAsked(1 + ROUNDS, many);
  }

  /** How often each was asked, before all fall silent and are forgotten. */
  private int askedBy(List<Source> sources) {
    select(sources);
    int asked = sources.get(0).asked;
    sources.forEach(source -> {
      assertEquals(asked, source.asked);
      source.readyFor = 0;
    });
    return asked;
  }

  private void select(List<Source> ready) {
    ready.forEach(busy::serve);
    busy.serveAgain();
  }

  private static List<Source> sources(int count, int readyFor) {
    return Stream.generate(() -> new Source(readyFor)).limit(count).toList();
  }

  private static void assertAsked(int times, List<Source> sources) {
    sources.forEach(source -> assertEquals(times, source.asked));
  }
}

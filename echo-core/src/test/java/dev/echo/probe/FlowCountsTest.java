package dev.echo.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.probe.ProbeFailure.Kind;
import dev.echo.testing.Seeds;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is counted, without sockets and clocks. */
class FlowCountsTest {

  private static final int REMEMBERED = 1024;
  private static final long TIMEOUT = 1000;

  private final Map<Kind, List<Long>> failures = new EnumMap<>(Kind.class);
  private final FlowCounts counts = counts(1, failures);

  private static FlowCounts counts(long first, Map<Kind, List<Long>> failures) {
    return new FlowCounts(
        REMEMBERED,
        first,
        TIMEOUT,
        FlowCountsTest::due,
        (number, kind) -> failures.computeIfAbsent(kind, k -> new ArrayList<>()).add(number));
  }

  private static long due(long number) {
    return number * 10;
  }

  @Test
  void countsAsTheDefinitionsSay() {
    Seeds.each(20, seed -> {
      for (int i = 0; i < 20; i++) {
        new RandomRun(new Random(seed * 100 + i)).run();
      }
    });
  }

  /** Messages and copies at random, counted by both. */
  private static final class RandomRun {
    private final Random random;
    private final int messages;
    private final long step;
    private final ReplyModel model;
    private final Map<Kind, List<Long>> failures = new EnumMap<>(Kind.class);
    private final FlowCounts counts = counts(1, failures);
    private final long[] written;
    private final List<Long> roundTrips = new ArrayList<>();
    private long now;

    RandomRun(Random random) {
      this.random = random;
      messages = 1 + random.nextInt(100);
      step = 1 + random.nextInt(100);
      model = new ReplyModel(messages);
      written = new long[messages + 1];
    }

    void run() {
      while (counts.next() <= messages) {
        now += random.nextInt((int) step);
        counts.expire(now);
        if (random.nextInt(3) > 0) {
          send();
        } else {
          receive();
        }
      }
      for (int i = random.nextInt(50); i > 0; i--) {
        now += random.nextInt((int) step);
        counts.expire(now);
        receive();
      }
      counts.expireAll();

      Tally tally = counts.tally();
      assertEquals(model.tally(FlowCountsTest::due, tally), tally);
      assertEquals(tally.sent(), tally.received() + tally.late() + tally.lost() + tally.corrupt());
      assertEquals(jitter(), tally.jitterNanos());
      assertEquals(roundTrips.size(), counts.roundTrips().count());
      assertEquals(roundTrips.size(), counts.responseTimes().count());
      assertEquals(tally.sent(), counts.sendLag().count());
      assertEquals(model.failures(), failures);
    }

    private void send() {
      long number = counts.next();
      switch (random.nextInt(20)) {
        case 0 -> {
          model.unsent.add(number);
          counts.unsent();
        }
        case 1 -> {
          model.refused.add(number);
          counts.refused();
        }
        default -> {
          written[(int) number] = now;
          counts.sent(now);
        }
      }
    }

    private void receive() {
      long number = random.nextInt(messages + 5);
      boolean intact = random.nextInt(4) > 0;
      boolean sent = number > 0
          && number < counts.next()
          && !model.unsent.contains(number)
          && !model.refused.contains(number);
      if (sent) {
        boolean first =
            intact && model.copies.stream().noneMatch(c -> c.number() == number && c.intact());
        long roundTrip = now - written[(int) number];
        model.copies.add(new ReplyModel.Copy(number, intact, roundTrip <= TIMEOUT));
        if (first) {
          roundTrips.add(roundTrip);
        }
        assertEquals(first, counts.arrived(number, intact, now));
      } else {
        model.foreign++;
        assertFalse(counts.arrived(number, intact, now));
      }
    }

    /** RFC 3550, A.8. */
    private double jitter() {
      double jitter = 0;
      for (int i = 1; i < roundTrips.size(); i++) {
        double d = Math.abs(roundTrips.get(i) - roundTrips.get(i - 1));
        jitter += (d - jitter) / 16;
      }
      return jitter;
    }
  }

  @Test
  void isInTimeUntilItsTimeIsUp() {
    counts.sent(5);
    counts.sent(5);

    counts.expire(5 + TIMEOUT);
    counts.arrived(1, true, 5 + TIMEOUT);
    counts.expire(5 + TIMEOUT + 1);
    counts.arrived(2, true, 5 + TIMEOUT + 1);

    assertEquals(1, counts.tally().received());
    assertEquals(1, counts.tally().late());
    assertEquals(0, counts.tally().lost());
  }

  @Test
  void whatLayInTheSocketIsInTimeHoweverLateItIsRead() {
    counts.sent(5);

    counts.arrived(1, true, 5 + 3 * TIMEOUT);
    counts.expire(5 + 3 * TIMEOUT);

    assertEquals(1, counts.tally().received());
    assertEquals(3 * TIMEOUT, counts.roundTrips().max().toNanos());
  }

  @Test
  void anOutageThatIsNotOverIsCountedSoFar() {
    send(4);
    counts.arrived(1, true, 10);

    counts.expire(TIMEOUT * 2);

    assertEquals(due(5) - due(2), counts.tally().longestOutageNanos());
    counts.sent(TIMEOUT * 2);
    counts.sent(TIMEOUT * 2);
    counts.arrived(6, true, TIMEOUT * 2);
    counts.expire(TIMEOUT * 4);
    assertEquals(due(6) - due(2), counts.tally().longestOutageNanos());
  }

  @Test
  void aBrokenConnectionLosesWhatIsInFlight() {
    send(3);
    counts.arrived(1, true, 10);

    counts.abandon();

    assertEquals(2, counts.tally().lost());
    assertFalse(counts.isWaiting());
    assertEquals(0, counts.unanswered());
    counts.sent(20);
    assertEquals(1, counts.unanswered());
  }

  @Test
  void refusesTheOldestThatIsMissing() {
    send(3);
    counts.arrived(1, true, 10);

    counts.refusedOldest();
    counts.refusedOldest();
    counts.refusedOldest();

    assertEquals(2, counts.tally().refused());
    assertEquals(Map.of(Kind.REFUSED, List.of(2L, 3L)), failures);
    assertEquals(0, counts.unanswered());
    counts.expireAll();
    assertEquals(0, counts.tally().lost());
  }

  @Test
  void aReplyToWhatWasHeldForRefusedIsReceived() {
    send(1);
    counts.refusedOldest();

    assertTrue(counts.arrived(1, true, 10));

    assertEquals(0, counts.tally().refused());
    assertEquals(1, counts.tally().received());
    assertEquals(0, counts.unanswered());
  }

  @Test
  void waitsForAllButWhatWasAnsweredRefusedOrAbandoned() {
    send(6);
    counts.refusedOldest();
    counts.arrived(2, true, 10);
    assertEquals(4, counts.unanswered());
    counts.expire(2 * TIMEOUT);
    counts.arrived(3, true, 2 * TIMEOUT);
    assertEquals(3, counts.unanswered());

    counts.abandon();

    assertEquals(0, counts.unanswered());
    send(2);
    assertEquals(2, counts.unanswered());
    counts.arrived(1, true, 2 * TIMEOUT); // so that another one was refused
    assertEquals(2, counts.unanswered());
  }

  @Test
  void takesTimesFromTheWriteAndFromWhenItWasDue() {
    send(4);
    counts.sent(57);

    counts.arrived(5, true, 80);

    assertEquals(57, counts.writeTime(5));
    assertEquals(57 - due(5), counts.sendLag().max().toNanos());
    assertEquals(80 - 57, counts.roundTrips().max().toNanos());
    assertEquals(80 - due(5), counts.responseTimes().max().toNanos());
  }

  @Test
  void countsConnectionsMadeAnew() {
    counts.reconnected();
    counts.reconnected();

    assertEquals(2, counts.tally().reconnects());
  }

  @Test
  void doesNotCountTheWarmUp() {
    FlowCounts warm = counts(4, failures);
    warm.sent(1);
    warm.refused();
    warm.unsent();
    warm.foreign();
    warm.reconnected();
    assertFalse(warm.isWaiting());
    warm.sent(1);

    assertFalse(warm.arrived(1, true, 2));
    assertFalse(warm.arrived(1, true, 2));
    assertFalse(warm.arrived(2, false, 2));
    assertTrue(warm.arrived(4, true, 2));

    assertEquals(Map.of(), failures);
    Tally tally = warm.tally();
    assertEquals(new Tally(1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, false), tally);
  }

  @Test
  void doesNotForgetWhatIsWaitedFor() {
    send(REMEMBERED - 1);
    assertEquals(1, counts.room());
    counts.sent(0);
    assertEquals(0, counts.room());

    counts.arrived(2, true, 1);
    counts.expire(1);
    assertEquals(0, counts.room());
    counts.arrived(1, true, 1);
    counts.expire(1);
    assertEquals(2, counts.room());
  }

  @Test
  void takesCopiesOfForgottenMessagesForDuplicates() {
    send(REMEMBERED);
    counts.expire(2 * TIMEOUT);
    counts.sent(2 * TIMEOUT);

    assertFalse(counts.arrived(1, true, 2 * TIMEOUT));
    assertTrue(counts.arrived(2, true, 2 * TIMEOUT));

    assertEquals(1, counts.tally().duplicates());
    assertEquals(1, counts.tally().late());
    assertEquals(REMEMBERED - 1, counts.tally().lost());
  }

  @Test
  void countsAsLongAsNobodyStopsIt() {
    for (int i = 0; i < 10 * REMEMBERED; i++) {
      long number = counts.next();
      counts.sent(due(number));
      if (number % 10 == 0) {
        counts.arrived(number, true, due(number));
      } else if (number % 10 == 1 && number > 1) {
        counts.arrived(number, true, due(number));
        counts.arrived(number - 2, true, due(number));
      }
      counts.expire(due(number));
    }
    counts.expireAll();

    Tally tally = counts.tally();
    assertEquals(10 * REMEMBERED, tally.sent());
    assertEquals(REMEMBERED - 1, tally.reordered());
    assertEquals(2, tally.maxReorderExtent());
    assertEquals(3 * REMEMBERED - 2, tally.received());
    assertEquals(7 * REMEMBERED + 2, tally.lost());
  }

  private void send(int messages) {
    for (int i = 0; i < messages; i++) {
      counts.sent(0);
    }
  }
}

package dev.echo.probe;

import dev.echo.probe.ProbeFailure.Kind;
import java.util.function.LongUnaryOperator;

/**
 * What became of the messages of one flow, whose numbers start at 1.
 *
 * <p>The last numbers are remembered in a ring. In their order they are settled: when a message was
 * received or not sent, or its time is up. Before that, an intact copy is in time, afterwards it is
 * late. So nothing here asks a clock, and whoever calls {@link #expire} with a time has looked at
 * the socket since then.
 *
 * <pre>
 *   forgotten | settled: late or lost for good    | waited for           | due later
 *             next - remembered              settled                   next
 * </pre>
 *
 * <p>Not thread-safe.
 */
final class FlowCounts {

  /** Sent, and no copy came; lost as soon as it is settled. */
  private static final byte MISSING = 0;

  private static final byte RECEIVED = 1;
  private static final byte LATE = 2;
  private static final byte CORRUPT = 3;
  private static final byte REFUSED = 4;
  private static final byte NOT_SENT = 5;

  private final int mask;
  private final long first;
  private final long timeoutNanos;
  private final LongUnaryOperator due;
  private final Consumers.Failures failures;

  // Of each number that is remembered.
  private final byte[] states;
  private final long[] writeTimes;

  private long next = 1;
  private long settled = 1;

  /** Before this one, none is missing without being settled. */
  private long oldestMissing = 1;

  private long sent;
  private long unsent;
  private long received;
  private long late;
  private long lost;
  private long corrupt;
  private long duplicates;
  private long foreign;
  private long refused;
  private long refusedAfterSending;
  private long reconnects;

  /** Of those that are not answered, for how many there is no hope. */
  private long abandoned;

  private final ArrivalOrder order;
  private final Outages outages = new Outages();
  private final Histogram roundTrips = new Histogram();
  private final Histogram responseTimes = new Histogram();
  private final Histogram sendLag = new Histogram();

  /**
   * @param remembered how many numbers are, a power of two
   * @param first the first number that counts; those before are of the warm-up
   * @param due when a number is due
   * @param failures called when all else has changed, as it may ask for a report
   */
  FlowCounts(
      int remembered,
      long first,
      long timeoutNanos,
      LongUnaryOperator due,
      Consumers.Failures failures) {
    this.mask = remembered - 1;
    this.first = first;
    this.timeoutNanos = timeoutNanos;
    this.due = due;
    this.failures = failures;
    states = new byte[remembered];
    writeTimes = new long[remembered];
    order = new ArrivalOrder(remembered);
  }

  /** The number of the next message. */
  long next() {
    return next;
  }

  private boolean isWarmUp() {
    return next < first;
  }

  private int slot(long number) {
    return (int) number & mask;
  }

  /** How many messages can be remembered without forgetting one that is waited for. */
  long room() {
    return mask + 1 - (next - settled);
  }

  /** The next message was sent. */
  void sent(long written) {
    if (!isWarmUp()) {
      sent++;
      sendLag.add(written - due.applyAsLong(next));
    }
    add(MISSING, written);
  }

  /** The socket did not take the next message. */
  void unsent() {
    if (addNotSent()) {
      unsent++;
      failures.accept(next - 1, Kind.UNSENT);
    }
  }

  /** The next message found no connection. */
  void refused() {
    if (addNotSent()) {
      refused++;
      failures.accept(next - 1, Kind.REFUSED);
    }
  }

  /** Returns whether it counts. */
  private boolean addNotSent() {
    boolean counts = !isWarmUp();
    add(NOT_SENT, 0);
    return counts;
  }

  private void add(byte state, long written) {
    int slot = slot(next);
    states[slot] = state;
    writeTimes[slot] = written;
    next++;
    if (next <= first) {
      settled = next; // nobody waits for a message of the warm-up
    }
  }

  /** One of the messages that were sent was refused: the oldest one, as nothing says which. */
  void refusedOldest() {
    for (long i = Math.max(oldestMissing, settled); i < next; i++) {
      oldestMissing = i + 1;
      if (states[slot(i)] == MISSING) {
        states[slot(i)] = REFUSED;
        refused++;
        refusedAfterSending++;
        failures.accept(i, Kind.REFUSED);
        return;
      }
    }
  }

  void foreign() {
    foreign += isWarmingUp() ? 0 : 1;
  }

  void reconnected() {
    reconnects += isWarmingUp() ? 0 : 1;
  }

  /** Whether no message was due yet that counts. */
  private boolean isWarmingUp() {
    return first > 1 && next <= first;
  }

  /** A copy has come; returns whether it is the first intact one of a message that counts. */
  boolean arrived(long number, boolean intact, long now) {
    if (number >= next || number < 1) {
      foreign();
      return false;
    } else if (number < first) {
      return false;
    } else if (number < next - states.length) {
      duplicate(number);
      return false;
    }
    int slot = slot(number);
    byte state = states[slot];
    if (state == NOT_SENT) {
      foreign++;
      return false;
    } else if (state == RECEIVED || state == LATE || state == CORRUPT && !intact) {
      duplicate(number);
      return false;
    }
    leave(state, number < settled);
    if (!intact) {
      states[slot] = CORRUPT;
      corrupt++;
      failures.accept(number, Kind.CORRUPT);
      return false;
    }
    firstIntact(number, now);
    if (state == CORRUPT) {
      duplicate(number); // as two copies came
    }
    return true;
  }

  private void duplicate(long number) {
    duplicates++;
    failures.accept(number, Kind.DUPLICATE);
  }

  private void leave(byte state, boolean isSettled) {
    if (state == CORRUPT) {
      corrupt--;
    } else if (state == REFUSED) {
      refused--; // another one was
      refusedAfterSending--;
    } else if (isSettled) {
      lost--;
    }
  }

  private void firstIntact(long number, long now) {
    int slot = slot(number);
    if (number < settled) {
      states[slot] = LATE;
      late++;
    } else {
      states[slot] = RECEIVED;
      received++;
    }
    long roundTrip = now - writeTimes[slot];
    roundTrips.add(roundTrip);
    responseTimes.add(now - due.applyAsLong(number));
    order.arrived(number, roundTrip);
  }

  /** Settles what was sent more than one timeout before a time. */
  void expire(long time) {
    while (settled < next && (isAnswered(settled) || time - expiry() > 0)) {
      settle();
    }
  }

  /** Settles all messages, as nothing is waited for any more. */
  void expireAll() {
    while (settled < next) {
      settle();
    }
  }

  /** Nothing that was sent will be answered any more, as the connection has ended. */
  void abandon() {
    expireAll();
    abandoned = sent - received - late - refusedAfterSending;
  }

  private boolean isAnswered(long number) {
    byte state = states[slot(number)];
    return state == RECEIVED || state == NOT_SENT;
  }

  private void settle() {
    long number = settled;
    byte state = states[slot(number)];
    settled++;
    if (state == RECEIVED) {
      outages.received(due.applyAsLong(number));
      return;
    }
    outages.missed(due.applyAsLong(number));
    if (state == MISSING) {
      lost++;
      failures.accept(number, Kind.LOST);
    }
  }

  /** Whether {@link #expiry} says something. */
  boolean isWaiting() {
    return settled < next;
  }

  /** When the oldest message that is waited for is to be settled, if not answered before. */
  long expiry() {
    return writeTimes[slot(settled)] + timeoutNanos;
  }

  /** When a message was written that is remembered. */
  long writeTime(long number) {
    return writeTimes[slot(number)];
  }

  /** How many messages may still be received, late ones, too. */
  long unanswered() {
    return Math.max(0, sent - received - late - refusedAfterSending - abandoned);
  }

  Tally tally() {
    return new Tally(
        sent,
        unsent,
        received,
        late,
        lost,
        corrupt,
        duplicates,
        foreign,
        refused,
        order.reordered(),
        order.maxExtent(),
        reconnects,
        outages.longest(due.applyAsLong(settled)),
        order.jitter(),
        order.hasJitter());
  }

  RoundTrips roundTrips() {
    return roundTrips.snapshot();
  }

  RoundTrips responseTimes() {
    return responseTimes.snapshot();
  }

  RoundTrips sendLag() {
    return sendLag.snapshot();
  }
}

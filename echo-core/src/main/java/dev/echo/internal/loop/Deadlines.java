package dev.echo.internal.loop;

import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.function.LongSupplier;

/**
 * The clock of an event loop, and what it waits for: the deadlines of its sources, and timers.
 *
 * <p>Deadlines mostly move on without being met, so that only the next one is known, which may have
 * moved on, too; all of them are looked at when it is due.
 */
final class Deadlines {

  private final LongSupplier nanoClock;
  final Timers timers = new Timers();

  /** Before which no deadline passes. */
  private long nextDeadline = EventSource.NEVER;

  /** What the clock said when it was read last. */
  private long time;

  /** Whether the clock was read in this round. */
  private boolean timeIsNew;

  Deadlines(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  void startRound() {
    timeIsNew = false;
  }

  long now() {
    time = nanoClock.getAsLong();
    timeIsNew = true;
    return time;
  }

  /** The time as it was read last, if that was in this round. */
  long timeOfRound() {
    return timeIsNew ? time : now();
  }

  void add(long deadline) {
    nextDeadline = Math.min(nextDeadline, deadline);
  }

  /** When the loop has to wake up, or {@link EventSource#NEVER}. */
  long next() {
    return Math.min(nextDeadline, timers.next());
  }

  /** Whether something was due when the clock was read last. */
  boolean havePassed() {
    return time >= next();
  }

  /** Does what is the first to be done by now, and returns whether there was something. */
  boolean runTimer(long now) {
    return timers.runNext(now);
  }

  /** Has the sources meet their deadlines. */
  void meet(long now, Selector selector) {
    if (now < nextDeadline) {
      return;
    }
    nextDeadline = EventSource.NEVER;
    try {
      for (SelectionKey key : selector.keys()) {
        EventSource source = (EventSource) key.attachment();
        if (source.deadline() <= now) {
          meet(source);
        }
        add(source.deadline());
      }
    } catch (OutOfMemoryError e) {
      nextDeadline = now; // some were not looked at
      throw e;
    }
  }

  private static void meet(EventSource source) {
    try {
      source.onDeadline();
    } catch (Throwable e) { // never at the expense of the others
      source.fail("Serve", e);
    }
  }
}

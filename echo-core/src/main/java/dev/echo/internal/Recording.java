package dev.echo.internal;

import dev.echo.EchoRecorder.Closed;
import dev.echo.EchoRecorder.Failed;
import dev.echo.Exchange;
import dev.echo.Message;
import dev.echo.internal.RecordedList.Entry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * What a recorder keeps, and how its callers wait for more.
 *
 * <p>One lock guards all, and is held for a few steps only: never while a predicate runs, nor while
 * a failure is put into words. What such a text says is collected at the moment of giving up, so
 * that it never shows what would have done.
 */
public final class Recording {

  private static final int MAX_SHOWN = 3;

  /** As each has a stack trace. */
  private static final int MAX_FAILURES = 1000;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrival = lock.newCondition();
  private final RecordedList<Exchange> exchanges;
  private final RecordedList<Failed> failures;
  private final RecordedList<Closed> closed;

  public Recording(int maxExchanges, long maxBytes) {
    exchanges = new RecordedList<>(maxExchanges, maxBytes);
    failures = new RecordedList<>(Math.min(maxExchanges, MAX_FAILURES), maxBytes);
    closed = new RecordedList<>(maxExchanges, maxBytes);
  }

  public void add(Exchange exchange) {
    Message received = exchange.received();
    Message reply = exchange.reply();
    add(exchanges, exchange, (long) received.size() + (reply == received ? 0 : reply.size()));
  }

  public void add(Failed failed) {
    add(failures, failed, 0);
  }

  public void add(Closed connection) {
    add(closed, connection, 0);
  }

  private <T> void add(RecordedList<T> kept, T value, long bytes) {
    lock.lock();
    try {
      kept.add(value, bytes);
      arrival.signalAll();
    } finally {
      lock.unlock();
    }
  }

  public Exchange take(Duration timeout) throws InterruptedException {
    return await(exchanges, null, timeout).orFail("exchange", timeout);
  }

  public Exchange take(Predicate<? super Exchange> which, Duration timeout)
      throws InterruptedException {
    return await(exchanges, which, timeout).orFail("matching exchange", timeout);
  }

  public Optional<Exchange> poll(Duration timeout) throws InterruptedException {
    return Optional.ofNullable(await(exchanges, null, timeout).value());
  }

  public Closed takeClosed(Duration timeout) throws InterruptedException {
    return await(closed, null, timeout).orFail("closed connection", timeout);
  }

  public Failed takeFailed(Duration timeout) throws InterruptedException {
    return await(failures, null, timeout).orFail("failure", timeout);
  }

  /** What has arrived by the deadline is looked at also after it, and nothing more; null: any. */
  private <T> Outcome<T> await(RecordedList<T> kept, Predicate<? super T> which, Duration timeout)
      throws InterruptedException {
    long deadline = deadline(timeout);
    long lastInTime = Long.MAX_VALUE;
    Entry<T> seen = null;
    long refused = 0;
    Deque<T> lastRefused = new ArrayDeque<>();
    lock.lockInterruptibly();
    try {
      while (true) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          lastInTime = Math.min(lastInTime, kept.arrived());
        }
        Entry<T> entry = kept.nextToTake(seen);
        if (entry != null && entry.number <= lastInTime) {
          seen = entry;
          if (which != null && !test(which, entry.value)) {
            refused++;
            lastRefused.add(entry.value);
            if (lastRefused.size() > MAX_SHOWN) {
              lastRefused.remove();
            }
          } else if (kept.take(entry)) {
            return new Outcome<>(entry.value, List.of(), null);
          }
        } else if (left > 0) {
          arrival.awaitNanos(left);
        } else {
          String heading = ", " + refused + " did not match; the last: ";
          return instead(kept, heading, lastRefused);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private <T> boolean test(Predicate<? super T> which, T value) {
    lock.unlock();
    try {
      return which.test(value);
    } finally {
      lock.lock();
    }
  }

  public void assertQuiet(Duration time) throws InterruptedException {
    long deadline = deadline(time);
    Outcome<Exchange> heard;
    lock.lockInterruptibly();
    try {
      long before = exchanges.arrived();
      boolean isQuiet = exchanges.areAllTaken();
      long left = deadline - System.nanoTime();
      while (isQuiet && left > 0) {
        arrival.awaitNanos(left);
        isQuiet = exchanges.areAllTaken() && exchanges.arrived() == before;
        left = deadline - System.nanoTime();
      }
      if (isQuiet) {
        return;
      }
      heard = instead(exchanges, "; not taken: ", exchanges.firstToTake(MAX_SHOWN));
    } finally {
      lock.unlock();
    }
    throw heard.failure("Not quiet" + within(time, " for "));
  }

  /** The values that are shown, or the last one if there are none, and what else there was. */
  private <T> Outcome<T> instead(RecordedList<T> asked, String heading, Collection<T> shown) {
    List<Object> instead = new ArrayList<>();
    instead.add("; " + asked.counts());
    if (shown.isEmpty()) {
      addLast(instead, asked);
    } else {
      String before = heading;
      for (T value : shown) {
        instead.add(before);
        instead.add(value);
        before = ", ";
      }
    }
    addOther(instead, exchanges, asked, "exchanges");
    addOther(instead, failures, asked, "failures");
    addOther(instead, closed, asked, "closed connections");
    Failed failed = failures.lastToTake();
    return new Outcome<>(null, instead, failed == null ? null : failed.error());
  }

  private static void addOther(
      List<Object> instead, RecordedList<?> kept, RecordedList<?> asked, String name) {
    if (kept != asked && kept.recorded() > 0) {
      instead.add("; " + name + ": " + kept.counts());
      addLast(instead, kept);
    }
  }

  private static void addLast(List<Object> instead, RecordedList<?> kept) {
    Object last = kept.last();
    if (last != null) {
      instead.add(kept.isLastKept() ? "; the last: " : "; the last that is kept: ");
      instead.add(last);
    }
  }

  private static long deadline(Duration timeout) {
    return System.nanoTime() + Math.max(0, Settings.nanos(timeout));
  }

  private static String within(Duration timeout, String preposition) {
    boolean isNow = timeout.isZero() || timeout.isNegative();
    return isNow ? " now" : preposition + Settings.text(timeout);
  }

  /** The value that was awaited; if that is null, what came instead. */
  private record Outcome<T>(T value, List<Object> instead, Throwable cause) {

    T orFail(String what, Duration timeout) {
      if (value == null) {
        throw failure("No " + what + within(timeout, " within "));
      }
      return value;
    }

    AssertionError failure(String text) {
      StringBuilder all = new StringBuilder(text);
      instead.forEach(part -> all.append(RecordedText.text(part)));
      return new AssertionError(all.toString(), cause);
    }
  }

  public List<Exchange> exchanges() {
    lock.lock();
    try {
      return exchanges.all();
    } finally {
      lock.unlock();
    }
  }

  public long forgotten() {
    lock.lock();
    try {
      return exchanges.forgotten();
    } finally {
      lock.unlock();
    }
  }

  public void clear() {
    lock.lock();
    try {
      exchanges.clear();
      failures.clear();
      closed.clear();
    } finally {
      lock.unlock();
    }
  }

  /** How many exchanges were recorded, taken and forgotten. */
  @Override
  public String toString() {
    lock.lock();
    try {
      return exchanges.counts();
    } finally {
      lock.unlock();
    }
  }
}

package dev.echo.internal.loop;

import java.util.TreeSet;

/**
 * What is to be done at some time, for the many that wait for a time of their own; adding and
 * cancelling take O(log n). One thread at a time may use it.
 */
public final class Timers {

  private final TreeSet<Timer> waiting = new TreeSet<>();

  /** Tells apart those for the same time, which keep their order. */
  private long added;

  /** When the first is due. */
  private long next = EventSource.NEVER;

  /** Something to be done, once. */
  public static final class Timer implements Comparable<Timer> {
    private final long deadline;
    private final long number;
    private final Runnable action;

    private Timer(long deadline, long number, Runnable action) {
      this.deadline = deadline;
      this.number = number;
      this.action = action;
    }

    @Override
    public int compareTo(Timer other) {
      int order = Long.compare(deadline, other.deadline);
      return order != 0 ? order : Long.compare(number, other.number);
    }
  }

  /**
   * @param action which must not throw
   */
  public Timer add(long deadline, Runnable action) {
    Timer timer = new Timer(deadline, added++, action);
    waiting.add(timer);
    next = Math.min(next, deadline);
    return timer;
  }

  public void cancel(Timer timer) {
    waiting.remove(timer);
    update();
  }

  /** When the first is due, or {@link EventSource#NEVER}. */
  public long next() {
    return next;
  }

  /** Does the first of what is due, and returns whether there was something. */
  public boolean runNext(long now) {
    if (next > now) {
      return false;
    }
    Timer due = waiting.pollFirst();
    update();
    due.action.run();
    return true;
  }

  private void update() {
    next = waiting.isEmpty() ? EventSource.NEVER : waiting.first().deadline;
  }
}

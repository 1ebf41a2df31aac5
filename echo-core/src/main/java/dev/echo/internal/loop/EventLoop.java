package dev.echo.internal.loop;

import dev.echo.internal.Settings;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * A thread with a selector, which serves the sources registered with it until it is shut down and
 * the last of them has closed.
 *
 * <pre>
 *   select ──► ready sources ──► busy ones again ──► tasks of others ──► passed deadlines ───┐
 *      ▲                                                                                     │
 *      └─────────────────────────────────────────────────────────────────────────────────────┘
 * </pre>
 *
 * <p>Only this thread touches the selector and the sources; other threads {@link #execute}.
 */
public final class EventLoop implements Runnable {

  /** How often to try to close the sources without memory, once the end is forced. */
  private static final int MAX_FAILED_ROUNDS = 100;

  private final LoopOwner owner;
  private final Selector selector;
  private final TaskQueue tasks = new TaskQueue();
  private final Thread thread;
  private final long busyPollNanos;
  private final Deadlines deadlines;
  private final BusySources busy = new BusySources(this::hasOtherWork);
  private final Consumer<SelectionKey> serve = this::serve;

  private int sources;

  /** Whether so many were ready that some will be again by now: no time to sleep. */
  private boolean loaded;

  /** What other threads want, which needs no memory to say. */
  private volatile Order order = Order.SERVE;

  /** What was done of the above. */
  private Order done = Order.SERVE;

  private int failedRounds;

  private enum Order {
    SERVE,
    SHUT_DOWN,
    CLOSE
  }

  public EventLoop(LoopOwner owner, int index, LongSupplier nanoClock, long busyPollNanos)
      throws IOException {
    this.owner = owner;
    this.deadlines = new Deadlines(nanoClock);
    this.busyPollNanos = busyPollNanos;
    this.thread = owner.newThread(this, String.valueOf(index));
    this.selector = Selector.open(); // last, as whatever fails before needs no clean-up
  }

  public void start() {
    thread.start();
  }

  /** Runs a task on this loop; returns false if the loop has ended. */
  public boolean execute(Runnable task) {
    return execute(new TaskQueue.Task(task));
  }

  /** Runs a task without need of memory; returns false if the loop has ended. */
  public boolean execute(TaskQueue.Task task) {
    boolean runs = tasks.add(task);
    if (runs && Thread.currentThread() != thread) {
      selector.wakeup();
    }
    return runs;
  }

  /**
   * Ends every source in order, and the loop with the last of them; may be called on any thread.
   */
  public void shutdown() {
    order(Order.SHUT_DOWN);
  }

  /** Ends every source and the loop at once, and wakes user code that blocks. */
  public void shutdownNow() {
    order(Order.CLOSE);
    if (Thread.currentThread() != thread) {
      thread.interrupt();
    }
  }

  private void order(Order next) {
    synchronized (this) {
      if (next.compareTo(order) > 0) {
        order = next;
      }
    }
    selector.wakeup();
  }

  /** Frees what the loop holds if it was never started. */
  public void discard() {
    owner.close(selector);
  }

  @Override
  public void run() {
    Throwable death = null;
    try {
      while (done == Order.SERVE || sources > 0) {
        try {
          serve();
          failedRounds = 0;
        } catch (OutOfMemoryError e) {
          if (++failedRounds > MAX_FAILED_ROUNDS && owner.isForced()) {
            throw e;
          }
          owner.awaitMemory(e, failedRounds == 1);
        }
      }
    } catch (Throwable e) { // whatever it is, the server must not be left without anyone to end it
      death = e;
      owner.loopDied(e);
    } finally {
      end(death);
    }
  }

  private void serve(SelectionKey key) {
    if (order != Order.CLOSE) { // or a thousand that are ready would put the end off
      busy.serve((EventSource) key.attachment());
    }
  }

  private void serve() throws IOException {
    deadlines.startRound();
    select();
    loaded = busy.areMany();
    busy.serveAgain();
    owner.clearInterrupt();
    tasks.run();
    obey();
    meetDeadlines();
  }

  private void obey() {
    Order now = order;
    if (now != done) {
      tasks.run(); // what was given to this loop before the order
      if (now == Order.CLOSE) {
        closeSources();
      } else {
        shutdownSources();
      }
      done = now;
    }
  }

  private void shutdownSources() {
    for (SelectionKey key : selector.keys()) {
      EventSource source = (EventSource) key.attachment();
      try {
        source.shutdown();
      } catch (Throwable e) { // never at the expense of the others
        source.fail("Shut down", e);
      }
    }
  }

  private void closeSources() {
    for (SelectionKey key : selector.keys()) {
      ((EventSource) key.attachment()).close();
    }
  }

  /** Each step is made, whatever the one before it throws. */
  private void end(Throwable death) {
    try {
      tasks.end();
    } finally {
      try {
        closeSourcesAtLast();
      } finally {
        try {
          discard();
        } finally {
          owner.loopEnded(death);
        }
      }
    }
  }

  private void closeSourcesAtLast() {
    for (int failures = 0; sources > 0 && failures < MAX_FAILED_ROUNDS; failures++) {
      try {
        closeSources();
        return;
      } catch (OutOfMemoryError e) {
        owner.pause();
      }
    }
  }

  private void select() throws IOException {
    if (busyPollNanos > 0 && poll()) {
      return;
    }
    if (loaded || isWanted()) {
      selector.selectNow(serve);
    } else if (deadlines.next() == EventSource.NEVER) {
      selector.select(serve);
    } else {
      selectUntil(deadlines.next());
    }
  }

  private void selectUntil(long deadline) throws IOException {
    long left = deadline - now();
    if (left <= 0) {
      selector.selectNow(serve);
    } else {
      selector.select(serve, Settings.millis(left));
    }
  }

  /** Looks again and again for a while; returns whether there was something to do. */
  private boolean poll() throws IOException {
    long end = Math.min(now() + busyPollNanos, deadlines.next());
    do {
      if (selector.selectNow(serve) > 0 || isWanted()) {
        return true;
      }
    } while (now() < end);
    return false;
  }

  private boolean hasOtherWork() {
    return isWanted() || deadlines.havePassed();
  }

  /** Whether other threads want something. */
  private boolean isWanted() {
    return !tasks.isEmpty() || order != done;
  }

  private void meetDeadlines() {
    if (deadlines.next() == EventSource.NEVER) {
      return;
    }
    long now = deadlines.timeOfRound();
    while (order == done && deadlines.runTimer(now)) {
      // When the loop is to end, what waits is let go.
    }
    deadlines.meet(now, selector);
  }

  public SelectionKey register(SelectableChannel channel, int operations, EventSource source)
      throws ClosedChannelException {
    SelectionKey key = channel.register(selector, operations, source);
    sources++;
    return key;
  }

  public void deregistered() {
    sources--;
  }

  /**
   * Has something done at its time, unless the loop has ended by then.
   *
   * @param action which must not throw
   */
  public Timers.Timer schedule(long deadline, Runnable action) {
    return deadlines.timers.add(deadline, action);
  }

  public void cancel(Timers.Timer timer) {
    deadlines.timers.cancel(timer);
  }

  /** The time by the clock of deadlines, which user code that was just called may have taken. */
  public long now() {
    return deadlines.now();
  }

  public void wakeUpAt(long deadline) {
    deadlines.add(deadline);
  }
}

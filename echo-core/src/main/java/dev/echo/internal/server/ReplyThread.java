package dev.echo.internal.server;

import dev.echo.internal.loop.EventSource;
import dev.echo.internal.loop.TaskQueue;
import dev.echo.internal.loop.Timers;
import java.util.concurrent.locks.LockSupport;

/**
 * The thread that sends the replies of a UDP server with an executor or a fault plan.
 *
 * <p>The JDK's queues may lose a wake-up when there is no memory; this one needs none.
 */
final class ReplyThread implements Runnable {

  private final AbstractServer server;
  private final TaskQueue tasks = new TaskQueue();
  private final Timers timers;
  private final Thread thread;
  private volatile boolean ending;

  private ReplyThread(AbstractServer server, int index, Timers timers) {
    this.server = server;
    this.timers = timers;
    this.thread = server.newThread(this, Integer.toString(index));
  }

  /**
   * @param index at the end of the thread's name
   * @param timers whose actions run on the thread; at its end those that are left are forgotten
   */
  static ReplyThread start(AbstractServer server, int index, Timers timers) {
    ReplyThread sender = new ReplyThread(server, index, timers);
    sender.thread.start();
    return sender;
  }

  /** Returns false if the task will never run; may be called on any thread. */
  boolean execute(TaskQueue.Task task) {
    boolean runs = tasks.add(task);
    LockSupport.unpark(thread);
    return runs;
  }

  /** Ends the thread when it has run what it was given; what comes later is refused. */
  void shutdown() {
    ending = true;
    LockSupport.unpark(thread);
  }

  /** Ends the thread as {@link #shutdown} does, and wakes user code that blocks it. */
  void shutdownNow() {
    shutdown();
    thread.interrupt();
  }

  @Override
  public void run() {
    boolean ends = false;
    while (!ends) {
      ends = ending; // looked at before the tasks, or the last of them would be left
      try {
        if (ends) {
          tasks.end();
        } else {
          tasks.run();
          runTimers();
        }
      } catch (OutOfMemoryError e) { // of a task, which is dropped
        server.pause();
        ends = false;
      } catch (Throwable e) { // never at the expense of the other tasks
        server.failed(e);
        ends = false;
      }
      if (!ends && !ending && tasks.isEmpty()) {
        park();
        server.clearInterrupt(); // or it would not wait again
      }
    }
  }

  private void runTimers() {
    long now = server.config.nanoClock.getAsLong();
    while (!ending && timers.runNext(now)) {
      // What waits at the end is let go.
    }
  }

  private void park() {
    if (timers.next() == EventSource.NEVER) {
      LockSupport.park(this);
    } else {
      LockSupport.parkNanos(this, timers.next() - server.config.nanoClock.getAsLong());
    }
  }
}

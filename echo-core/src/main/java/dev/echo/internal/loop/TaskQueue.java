package dev.echo.internal.loop;

import java.util.concurrent.atomic.AtomicReference;

/**
 * What other threads want a loop to do: each task runs once, or is refused when the loop has ended.
 *
 * <p>The tasks are linked among themselves, so that adding one needs no memory.
 */
public final class TaskQueue {

  private static final Task ENDED = new Task(() -> {});

  /** A task, which can be in a queue once at a time. */
  public static final class Task {
    private final Runnable action;

    /** The one added before, or in the order of running the one added after. */
    private Task next;

    public Task(Runnable action) {
      this.action = action;
    }
  }

  private final AtomicReference<Task> newest = new AtomicReference<>();

  /** The first of those taken from the above that have not run; only the loop touches it. */
  private Task oldest;

  /** May be called on the loop only. */
  public boolean isEmpty() {
    return oldest == null && newest.get() == null;
  }

  /** Returns false if the task will never run; may be called on any thread. */
  public boolean add(Task task) {
    Task before;
    do {
      before = newest.get();
      if (before == ENDED) {
        return false;
      }
      task.next = before;
    } while (!newest.compareAndSet(before, task));
    return true;
  }

  /** Runs those that are there now: each may add one, and the sockets have to have their turn. */
  public void run() {
    run(newest.getAndSet(null));
  }

  /** Runs those that are there for the last time. */
  public void end() {
    run(newest.getAndSet(ENDED));
  }

  /** A task that throws keeps those behind it for the next time. */
  private void run(Task added) {
    append(added);
    while (oldest != null) {
      Task task = oldest;
      oldest = task.next;
      task.next = null;
      task.action.run();
    }
  }

  private void append(Task added) {
    Task inOrder = null;
    while (added != null) {
      Task before = added.next;
      added.next = inOrder;
      inOrder = added;
      added = before;
    }
    if (oldest == null) {
      oldest = inOrder;
      return;
    }
    Task last = oldest;
    while (last.next != null) {
      last = last.next;
    }
    last.next = inOrder;
  }
}

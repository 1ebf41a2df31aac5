package dev.echo;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What other threads want a loop to do: each task runs once, or is refused when the loop has ended. */
final class TaskQueue {

  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private volatile boolean ended;

  boolean isEmpty() {
    return tasks.isEmpty();
  }

  /** Returns false if the task will never run; may be called on any thread. */
  boolean add(Runnable task) {
    tasks.add(task);
    return !ended || !tasks.remove(task);
  }

  /** Runs those that are there now: each may add one, and the sockets have to have their turn. */
  void run() {
    for (int count = tasks.size(); count > 0; count--) {
      Runnable task = tasks.poll();
      if (task != null) { // else it was removed
        task.run();
      }
    }
  }

  /** Runs those that are there for the last time. */
  void end() {
    ended = true;
    run();
  }
}

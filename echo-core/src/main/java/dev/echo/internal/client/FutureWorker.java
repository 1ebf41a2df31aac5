package dev.echo.internal.client;

import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Waits for replies on behalf of the futures of a stream client, as long as there are any.
 *
 * <p>One of the threads that lead or follow; guarded by the client's lock.
 */
final class FutureWorker implements Runnable {

  private final ThreadPoolExecutor thread;
  private final ReentrantLock lock;
  private final Leadership leadership;
  private final ClientChannel channel;
  private final InFlight inFlight;
  private final ClientErrors errors;
  private boolean runs;

  FutureWorker(
      ThreadPoolExecutor thread,
      ReentrantLock lock,
      Leadership leadership,
      ClientChannel channel,
      InFlight inFlight,
      ClientErrors errors) {
    this.thread = thread;
    this.lock = lock;
    this.leadership = leadership;
    this.channel = channel;
    this.inFlight = inFlight;
    this.errors = errors;
  }

  /** Runs from now on, unless it does already. */
  void start() {
    if (!runs && channel.isOpen()) {
      thread.execute(this);
      runs = true;
    }
  }

  @Override
  public void run() {
    Leadership.lockWhateverHappens(lock);
    try {
      for (Pending next = next(); next != null; next = next()) {
        leadership.await(next.deadline - System.nanoTime());
      }
    } catch (Throwable e) { // nobody else would complete the futures
      channel.fail(e);
    } finally {
      runs = false;
      lock.unlock();
    }
  }

  /** Returns the next message that a future waits for, once those whose time is up have failed. */
  private Pending next() {
    long now = System.nanoTime();
    Pending next = inFlight.firstFuture();
    if (next != null && next.deadline - now <= 0) {
      leadership.look(); // as the process may have been stopped while replies came
      next = inFlight.firstFuture();
    }
    while (next != null && next.deadline - now <= 0) {
      next.fail(errors.timedOut());
      next = inFlight.firstFuture();
    }
    return next;
  }
}

package dev.echo.internal.client;

import java.io.IOException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Who waits for the socket on behalf of all: of the threads that wait for something, one leads, and
 * the others follow until it comes back (the pattern of leader and followers).
 *
 * <p>The leader waits without the lock, so that others can send meanwhile. When it has the lock
 * again it leads no more: it deals with what has happened before it gives the lock away, and then
 * each thread sees for itself whether it has what it wanted, and whether there is a leader. So no
 * thread appoints another, and none that leaves is missed.
 */
final class Leadership {

  /** What is waited for. All but {@link #await} is called with the lock. */
  interface Socket {

    /** Gets ready to be waited for. */
    void prepare();

    /** Waits, and returns whether there is something to read. */
    boolean await(long nanos) throws IOException;

    /** Has {@link #await} return, also the next one if none waits yet. */
    void wakeUp();

    /** Deals with what has happened, and with what others have left to the leader. */
    void proceed(boolean ready);

    /** Reads what has arrived, without waiting for more. */
    void look();

    /** Ends with all that is waited for, as nothing more can come. */
    void fail(Throwable cause);
  }

  private final ReentrantLock lock;
  private final Condition leaderIsBack;
  private final Socket socket;
  private boolean taken;

  /**
   * @param lock which is held when a method is called
   */
  Leadership(ReentrantLock lock, Socket socket) {
    this.lock = lock;
    this.leaderIsBack = lock.newCondition();
    this.socket = socket;
  }

  boolean isTaken() {
    return taken;
  }

  /** Has the leader come back, if there is one. */
  void wakeLeader() {
    if (taken) {
      socket.wakeUp();
    }
  }

  /** Looks at the socket; a leader must not wait on for what was read here. */
  void look() {
    socket.look();
    wakeLeader();
  }

  /** Waits once for something to happen, as the leader if there is none. */
  void await(long nanos) throws InterruptedException {
    if (taken) {
      leaderIsBack.awaitNanos(nanos);
    } else {
      lead(nanos);
    }
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  private void lead(long nanos) {
    try {
      socket.prepare();
      socket.proceed(awaitSocket(nanos));
    } catch (Throwable e) { // nobody must wait for what can't come any more
      socket.fail(e);
    }
  }

  private boolean awaitSocket(long nanos) throws IOException {
    taken = true;
    lock.unlock();
    try {
      return socket.await(nanos);
    } finally {
      lockWhateverHappens(lock);
      taken = false;
      leaderIsBack.signalAll();
    }
  }

  /** Waiting in the queue for the lock takes memory. */
  static void lockWhateverHappens(ReentrantLock lock) {
    while (!lock.tryLock()) {
      try {
        lock.lock();
        return;
      } catch (OutOfMemoryError e) {
        Thread.onSpinWait();
      }
    }
  }
}

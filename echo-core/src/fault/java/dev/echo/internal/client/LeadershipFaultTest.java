package dev.echo.internal.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.concurrent.locks.ReentrantLock;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jetbrains.lincheck.datastructures.verifier.EpsilonVerifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Threads that wait for one socket, in orders that a model checker chooses. */
@Timeout(300)
class LeadershipFaultTest {

  private static final int THREADS = 3;

  /**
   * A client of a server that answers a message when the next one has come, and the last at once:
   * as long as one is left in the buffer, the leader waits in vain.
   */
  public static class Client {

    private static final long FOREVER = Long.MAX_VALUE;

    private final ReentrantLock lock = new ReentrantLock();
    private final Socket socket = new Socket();
    private final Leadership leadership = new Leadership(lock, socket);

    // The lock guards these.
    private int sent;
    private int written;
    private int answered;

    private final class Socket implements Leadership.Socket {
      private boolean isReady;
      private int arrived;
      private boolean wokenUp;
      private boolean awaited;

      @Override
      public void prepare() {}

      @Override
      public synchronized boolean await(long nanos) {
        assertFalse(awaited, "two threads lead");
        awaited = true;
        while (!isReady && !wokenUp) {
          waitCalmly();
        }
        awaited = false;
        wokenUp = false;
        return isReady;
      }

      private void waitCalmly() {
        try {
          wait();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }

      @Override
      public synchronized void wakeUp() {
        wokenUp = true;
        notifyAll();
      }

      @Override
      public void proceed(boolean ready) {
        flush();
        if (ready) {
          answered = read();
        }
      }

      private void flush() {
        if (written < sent) {
          written = sent;
          setReady(written == THREADS ? written : written - 1);
        }
      }

      private synchronized void setReady(int answers) {
        isReady = answers > answered;
        arrived = answers;
        notifyAll();
      }

      @Override
      public synchronized void look() {
        if (isReady) {
          answered = read();
        }
      }

      private synchronized int read() {
        isReady = false;
        return arrived;
      }

      @Override
      public void fail(Throwable cause) {
        throw new AssertionError(cause);
      }
    }

    @Operation
    public void send() throws InterruptedException {
      lock.lock();
      try {
        sent++;
        socket.flush();
        awaitReply(sent);
      } finally {
        lock.unlock();
      }
    }

    /** Leaves the writing to the leader, if there is one. */
    @Operation
    public void sendBehindOthers() throws InterruptedException {
      lock.lock();
      try {
        sent++;
        if (leadership.isTaken()) {
          leadership.wakeLeader();
        } else {
          socket.flush();
        }
        awaitReply(sent);
      } finally {
        lock.unlock();
      }
    }

    /** Reads what has arrived, for others too, without leading. */
    @Operation
    public void sendAndLook() throws InterruptedException {
      lock.lock();
      try {
        sent++;
        socket.flush();
        leadership.look();
        awaitReply(sent);
      } finally {
        lock.unlock();
      }
    }

    private void awaitReply(int number) throws InterruptedException {
      while (answered < number) {
        leadership.await(FOREVER);
      }
    }

    @Validate
    public void allWasAnswered() {
      assertEquals(sent, answered);
      assertFalse(leadership.isTaken());
    }
  }

  @Test
  void leavesNoThreadWaiting() {
    new ModelCheckingOptions()
        .threads(THREADS)
        .actorsPerThread(1)
        .actorsBefore(0)
        .actorsAfter(0)
        .iterations(5)
        .invocationsPerIteration(100)
        .minimizeFailedScenario(false) // which takes longer than to read it
        .verifier(EpsilonVerifier.class) // only that each send returns counts
        .check(Client.class);
  }
}

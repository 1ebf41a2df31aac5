package dev.echo.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.MessageTransformer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Counts who enters, and lets nobody pass before it is opened. */
public final class Gate {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final Semaphore entered = new Semaphore(0);
  private final CountDownLatch opened = new CountDownLatch(1);

  /** A transformer that changes nothing, through which each message enters. */
  public MessageTransformer transformer() {
    return (message, peer) -> {
      enter();
      return message;
    };
  }

  /** Waits until the gate is open, whoever interrupts; the interrupt is kept. */
  public void enter() {
    entered.release();
    boolean interrupted = Thread.interrupted();
    long end = System.nanoTime() + LIMIT.toNanos();
    boolean open = false;
    while (!open) {
      try {
        long left = end - System.nanoTime();
        assertTrue(left > 0, "nobody has opened the gate");
        open = opened.await(left, TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until one more has entered, whether it has passed or not. */
  public void awaitEntered() throws InterruptedException {
    awaitEntered(1);
  }

  /** Waits until so many more have entered. */
  public void awaitEntered(int count) throws InterruptedException {
    assertTrue(entered.tryAcquire(count, 10, TimeUnit.SECONDS), "nobody has entered the gate");
  }

  public void open() {
    opened.countDown();
  }
}

package dev.echo.probe;

import dev.echo.Endpoint;
import dev.echo.internal.Addresses;
import java.nio.channels.Selector;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/** A running probe as others see it: asks the probe's thread, and keeps what that has found out. */
final class ProbeRun implements PathProbe {

  private final Endpoint endpoint;
  private final Selector selector;
  private final Thread thread;

  /** What the probe's thread itself has counted so far. */
  private final Supplier<List<PathReport>> current;

  /** Who waits for a report while the probe runs. */
  private final Queue<CompletableFuture<List<PathReport>>> requests = new ConcurrentLinkedQueue<>();

  private final Consumers consumers;
  private final CountDownLatch ended = new CountDownLatch(1);

  /** Why its thread died, or null; seen by whoever has seen the end. */
  private Throwable failure;

  /** Null if its thread died; as above. */
  private PathReport last;

  private volatile boolean isToStop;
  private volatile boolean isToClose;

  /**
   * @param current the reports of all flows, asked by the probe's thread alone
   */
  ProbeRun(
      ProbeConfig config, Selector selector, Runnable engine, Supplier<List<PathReport>> current) {
    this.endpoint = config.endpoint;
    this.consumers = config.consumers;
    this.selector = selector;
    this.current = current;
    thread = new Thread(engine, "echo-probe-" + Addresses.threadName(endpoint));
    thread.setDaemon(true);
  }

  String threadName() {
    return thread.getName();
  }

  void start() {
    thread.start();
  }

  boolean isToStop() {
    return isToStop;
  }

  boolean isToClose() {
    return isToClose;
  }

  /** Gives a report to those who wait for one. */
  void answerRequests() {
    if (!requests.isEmpty()) {
      List<PathReport> reports = current.get();
      for (var next = requests.poll(); next != null; next = requests.poll()) {
        next.complete(reports);
      }
    }
  }

  /**
   * The probe has ended, and holds nothing any more. Whoever waits is told so without memory.
   *
   * @param error why its thread died, or null
   */
  void end(Throwable error) {
    failure = error;
    if (error == null) {
      try {
        last = PathReport.of(current.get());
      } catch (Throwable e) { // for want of memory, perhaps
        failure = e;
      }
    }
    ended.countDown();
    for (var next = requests.poll(); next != null; next = requests.poll()) {
      next.complete(null); // by which is seen that it has ended
    }
  }

  private boolean isOnItsThread() {
    return Thread.currentThread() == thread;
  }

  @Override
  public PathReport await() throws InterruptedException {
    if (isOnItsThread()) {
      throw new IllegalStateException("A consumer of the probe can't wait for its end");
    }
    ended.await();
    return last();
  }

  @Override
  public PathReport report() {
    if (isOnItsThread()) {
      return PathReport.of(current.get());
    }
    CompletableFuture<List<PathReport>> request = new CompletableFuture<>();
    requests.add(request);
    selector.wakeup();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          // The end answers what it finds, so that a request that comes later sees the end.
          List<PathReport> reports = isDone() ? null : request.get();
          return reports == null ? last() : PathReport.of(reports);
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          throw new AssertionError(e); // as no request is completed with a failure
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private PathReport last() {
    if (failure != null) {
      throw new IllegalStateException("The probe of " + endpoint + " has failed", failure);
    }
    return last;
  }

  @Override
  public boolean isDone() {
    return ended.getCount() == 0;
  }

  @Override
  public void stop() {
    isToStop = true;
    selector.wakeup();
  }

  @Override
  public void close() {
    isToClose = true;
    consumers.close();
    selector.wakeup();
    if (!isOnItsThread()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public String toString() {
    return "PathProbe[" + endpoint + "]";
  }
}

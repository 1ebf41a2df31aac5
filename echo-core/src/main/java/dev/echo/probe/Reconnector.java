package dev.echo.probe;

import dev.echo.internal.Addresses;
import dev.echo.internal.Log;
import dev.echo.internal.client.StreamConnector.Connected;
import java.io.Closeable;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Makes connections on threads of its own, so that the other flows go on. */
final class Reconnector implements Closeable {

  private static final int MAX_THREADS = 16;
  private static final long IDLE_SECONDS = 1;
  private static final long END_SECONDS = 1;

  private final ProbeConfig config;
  private final Runnable whenDone;
  private final ThreadPoolExecutor threads;

  /** Those that may be alive; guarded by itself. */
  private final List<Thread> started = new ArrayList<>();

  /**
   * @param whenDone called by any thread when a connection is there or has failed
   */
  Reconnector(ProbeConfig config, Runnable whenDone) {
    this.config = config;
    this.whenDone = whenDone;
    int most = Math.min(MAX_THREADS, config.flows);
    threads = new ThreadPoolExecutor(
        most, most, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), this::newThread);
    threads.allowCoreThreadTimeOut(true);
  }

  private Thread newThread(Runnable task) {
    String name = "echo-probe-" + Addresses.threadName(config.endpoint) + "-connect";
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    synchronized (started) {
      started.removeIf(each -> each.getState() == Thread.State.TERMINATED);
      started.add(thread);
    }
    return thread;
  }

  CompletableFuture<Connected> connect() {
    CompletableFuture<Connected> attempt = new CompletableFuture<>();
    try {
      threads.execute(() -> connect(attempt));
    } catch (OutOfMemoryError e) { // for want of threads
      attempt.completeExceptionally(e);
    }
    return attempt;
  }

  private void connect(CompletableFuture<Connected> attempt) {
    try {
      Connected made = config.connect();
      if (!attempt.complete(made)) {
        made.close();
      }
    } catch (Throwable e) { // it belongs to the attempt
      Log.log(Level.DEBUG, "A flow to ", config.endpoint, " could not be connected anew", e);
      attempt.completeExceptionally(e);
    }
    whenDone.run();
  }

  /** Closes the connection of an attempt, or has it closed as soon as it is there. */
  static void cancel(CompletableFuture<Connected> attempt) {
    if (!attempt.cancel(false) && !attempt.isCompletedExceptionally()) {
      attempt.join().close();
    }
  }

  /** Ends the threads, for which it waits a little: a look-up of a name can't be interrupted. */
  @Override
  public void close() {
    threads.shutdownNow();
    try {
      if (threads.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
        join(); // as the last of them says so while it still runs
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void join() throws InterruptedException {
    List<Thread> ending;
    synchronized (started) {
      ending = List.copyOf(started);
    }
    for (Thread thread : ending) {
      thread.join();
    }
  }
}

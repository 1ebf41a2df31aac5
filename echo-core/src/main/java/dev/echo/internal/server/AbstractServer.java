package dev.echo.internal.server;

import dev.echo.EchoServer;
import dev.echo.EchoStats;
import dev.echo.Endpoint;
import dev.echo.Peer;
import dev.echo.internal.Addresses;
import dev.echo.internal.BufferLimit;
import dev.echo.internal.Settings;
import dev.echo.internal.tls.Tls;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.Objects;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The part of a server's life that does not depend on its transport. */
abstract class AbstractServer implements EchoServer {

  /** How long {@link #close} waits on after it has forced the end. */
  private static final Duration FORCED_END = Duration.ofMillis(400);

  private static final long PAUSE_NANOS = Duration.ofMillis(10).toNanos();

  /** The server whose code, or whose user's code, the current thread runs. */
  private static final ThreadLocal<AbstractServer> CURRENT = new ThreadLocal<>();

  final ServerConfig config;
  final ServerEvents events;
  final BufferLimit buffers;
  private final Endpoint endpoint;

  /** The server itself, to those who are told of a failure. */
  final Peer self;

  /** Those that could not be started are forgotten, with all that they refer to. */
  private final Set<Thread> threads =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  private final CountDownLatch terminated = new CountDownLatch(1);

  /** Whether {@link #shutdownNow} was called. */
  private volatile boolean forced;

  AbstractServer(Endpoint bound, ServerConfig config) {
    this.endpoint = bound;
    this.self = Peer.of(bound);
    this.config = config;
    this.events = new ServerEvents(bound, config.listener, this::interruptIfForced);
    this.buffers = new BufferLimit(config.maxBufferedBytes);
  }

  static EchoServer start(Endpoint endpoint, ServerConfig config) throws IOException {
    Objects.requireNonNull(endpoint, "endpoint");
    if (Addresses.isNameless(endpoint)) {
      throw new IllegalArgumentException("Nobody can listen on " + endpoint);
    }
    if (config.trustedProxies != null && endpoint instanceof Endpoint.Udp) {
      throw new IllegalArgumentException("proxyProtocol is set, but " + endpoint + " is UDP");
    }
    if (config.tls != null) {
      Tls.require(endpoint);
    }
    return endpoint instanceof Endpoint.Udp udp
        ? DatagramServer.start(udp, config)
        : StreamServer.start(endpoint, config);
  }

  @Override
  public final Endpoint endpoint() {
    return endpoint;
  }

  @Override
  public final String toString() {
    return "EchoServer[" + endpoint + "]";
  }

  @Override
  public final EchoStats stats() {
    return events.snapshot();
  }

  @Override
  public final boolean isTerminated() {
    return terminated.getCount() == 0;
  }

  @Override
  public final void awaitTermination() throws InterruptedException {
    terminated.await();
    joinThreads(Settings.nanos(config.closeTimeout));
  }

  @Override
  public final boolean awaitTermination(Duration timeout) throws InterruptedException {
    Objects.requireNonNull(timeout, "timeout");
    long start = System.nanoTime();
    boolean inTime = terminated.await(Settings.nanos(timeout), TimeUnit.NANOSECONDS);
    if (inTime) {
      joinThreads(Settings.nanos(timeout) - (System.nanoTime() - start));
    }
    return inTime;
  }

  @Override
  public final void close() {
    boolean ended = false;
    boolean interrupted = false;
    try {
      shutdown();
      if (CURRENT.get() == this) {
        return; // The end waits for this very thread
      }
      ended = awaitTermination(config.closeTimeout);
    } catch (InterruptedException e) {
      interrupted = true;
    } catch (OutOfMemoryError e) {
      // To wait takes memory, to force the end does not.
    }
    if (!ended) {
      interrupted |= isInterruptedInForcedEnd();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isInterruptedInForcedEnd() {
    try {
      shutdownNow();
      awaitTermination(FORCED_END);
    } catch (InterruptedException e) {
      return true;
    } catch (OutOfMemoryError e) {
      // It ends, and nobody waits for it.
    }
    return false;
  }

  /**
   * Joins the threads, so that a leak detector finds none. They have nothing left to do, unless
   * somebody's trust manager does not heed an interrupt.
   */
  private void joinThreads(long nanos) throws InterruptedException {
    if (CURRENT.get() != this) {
      long end = System.nanoTime() + nanos;
      for (Thread thread : threads.toArray(new Thread[0])) {
        long left = end - System.nanoTime();
        if (left <= 0) {
          return;
        }
        thread.join(Settings.millis(left));
      }
    }
  }

  public final Thread newThread(Runnable task, String suffix) {
    String name = "echo-server-" + Addresses.threadName(endpoint) + "-" + suffix;
    Thread thread = new Thread(() -> runInside(task), name);
    thread.setDaemon(false);
    threads.add(thread);
    return thread;
  }

  /**
   * Runs a task that calls user code, so that {@link #close} from there does not wait for itself.
   */
  final void runInside(Runnable task) {
    AbstractServer outer = enter();
    try {
      task.run();
    } finally {
      if (outer == null) {
        CURRENT.remove();
      } else {
        CURRENT.set(outer);
      }
    }
  }

  private AbstractServer enter() {
    try {
      AbstractServer outer = CURRENT.get();
      CURRENT.set(this);
      return outer;
    } catch (OutOfMemoryError e) { // the task matters more: a close from there waits in vain
      return null;
    }
  }

  /** Waits for others to let go of memory, when there is none; never throws. */
  public final void pause() {
    try {
      boolean interrupted = Thread.interrupted(); // which would cut it short
      LockSupport.parkNanos(PAUSE_NANOS);
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    } catch (OutOfMemoryError e) {
      // What runs for the first time needs memory, too; the next try comes all the same.
    }
  }

  /** Waits as {@link #pause}; the first of several times it notifies the listener of the error. */
  public final void awaitMemory(OutOfMemoryError error, boolean isFirst) {
    try {
      if (isFirst) {
        events.failed(self, error);
      }
      pause();
    } catch (OutOfMemoryError e) {
      // Code that runs for the first time may need memory, too; the next try comes all the same.
    }
  }

  public final boolean isForced() {
    return forced;
  }

  /** To be called first by {@link #shutdownNow}. */
  final void force() {
    forced = true;
  }

  /** User code that has interrupted its thread must not keep it from waiting for sockets. */
  public final void clearInterrupt() {
    if (!forced && Thread.interrupted()) {
      interruptIfForced(); // since the look above
    }
  }

  /** Once an end is forced, no user code may block a thread of this server. */
  private void interruptIfForced() {
    if (forced && threads.contains(Thread.currentThread())) {
      Thread.currentThread().interrupt();
    }
  }

  final void failed(Throwable error) {
    events.failed(self, error);
  }

  public final void close(Closeable resource) {
    events.close(resource, self);
  }

  final void terminate() {
    events.terminated();
    terminated.countDown();
  }
}

package dev.echo.internal;

import dev.echo.Endpoint;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Where the library logs: by a thread of its own, so that a handler that writes to where nobody
 * reads holds up no event loop.
 */
public final class Log {

  private static final int MAX_WAITING = 1024;
  private static final long IDLE_MILLIS = 10;

  /** Looked up when there is something to log: that takes a cold start 17 ms. */
  private static volatile Logger logger;

  private static final LongAdder LOST = new LongAdder();

  private Log() {}

  /** Apart, as it is seldom needed. */
  private static final class Writer {
    static final ThreadPoolExecutor THREAD = new ThreadPoolExecutor(
        1,
        1,
        IDLE_MILLIS,
        TimeUnit.MILLISECONDS,
        new ArrayBlockingQueue<>(MAX_WAITING),
        task -> {
          Thread thread = new Thread(task, "echo-log");
          thread.setDaemon(true);
          return thread;
        },
        (line, executor) -> LOST.increment());

    static {
      THREAD.allowCoreThreadTimeOut(true);
    }

    private Writer() {}
  }

  /**
   * Logs a line, unless too many wait. It is put together only if somebody wants it. What peers can
   * repeat without end belongs to {@code DEBUG}.
   *
   * @param before what stands before the endpoint
   * @param after what stands behind it
   * @param error null if there is none
   */
  public static void log(
      Level level, String before, Endpoint endpoint, String after, Throwable error) {
    try {
      if (logger().isLoggable(level)) {
        submit(level, before + endpoint + after, error);
      }
    } catch (Throwable e) { // without memory, threads or descriptors: there is nowhere to say so
      LOST.increment();
    }
  }

  /** Logs on the current thread, which has nothing else to do any more. */
  public static void loopDied(Endpoint endpoint, Throwable error) {
    write(Level.ERROR, "The event loop of " + endpoint + " died", error);
  }

  public static void debug(String line, Throwable error) {
    try {
      if (logger().isLoggable(Level.DEBUG)) {
        submit(Level.DEBUG, line, error);
      }
    } catch (Throwable e) { // as above
      LOST.increment();
    }
  }

  private static void submit(Level level, String line, Throwable error) {
    Writer.THREAD.execute(() -> write(level, line, error));
  }

  private static Logger logger() {
    if (logger == null) {
      logger = System.getLogger("dev.echo");
    }
    return logger;
  }

  private static void write(Level level, String line, Throwable error) {
    try {
      logger().log(level, line, error);
      long lost = LOST.sumThenReset();
      if (lost > 0) {
        logger().log(Level.WARNING, lost + " lines could not be logged");
      }
    } catch (Throwable e) {
      // It is somebody's handler that failed, and there is nowhere else to say so.
    }
  }
}

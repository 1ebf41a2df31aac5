package dev.echo;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.Supplier;

/** Where the library logs. */
final class Log {

  /** Looked up when there is something to log: that takes a cold start 17 ms. */
  private static volatile Logger logger;

  private Log() {}

  /**
   * @param error null if there is none
   */
  static void log(Level level, Supplier<String> message, Throwable error) {
    try {
      if (logger == null) {
        logger = System.getLogger("dev.echo"); // which may fail for want of descriptors
      }
      logger.log(level, message, error);
    } catch (Throwable e) {
      // It is somebody's handler that failed, and there is nowhere else to say so.
    }
  }
}

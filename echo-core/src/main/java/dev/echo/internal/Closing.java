package dev.echo.internal;

import dev.echo.Endpoint;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SocketChannel;

/** Closes what nobody could do more about; needs no memory, and never fails. */
public final class Closing {

  /** Whether a channel was closed in this process. */
  private static volatile boolean isPrepared;

  private Closing() {}

  /**
   * Closes a first channel, for which the JDK may need a descriptor: if it finds none then, no
   * channel can ever be closed again.
   *
   * @param operation what fails if there is none now
   */
  public static void prepare(String operation, Endpoint endpoint) throws IOException {
    if (isPrepared) {
      return;
    }
    try {
      SocketChannel.open().close();
      isPrepared = true;
    } catch (IOException e) {
      throw IoErrors.named(operation, endpoint, e);
    }
  }

  /** Closes both, each whatever becomes of the other; null stands for none. */
  public static void closeAll(Closeable first, Closeable second) {
    close(first);
    close(second);
  }

  /**
   * @param resource null if there is none
   */
  public static void close(Closeable resource) {
    try {
      if (resource != null) {
        resource.close();
      }
    } catch (Throwable e) { // nor must it keep others open
      failed(e);
    }
  }

  public static void failed(Throwable error) {
    try {
      Log.debug("Closing failed", error);
    } catch (OutOfMemoryError e) {
      // What runs for the first time needs memory; what follows must be closed all the same.
    }
  }
}

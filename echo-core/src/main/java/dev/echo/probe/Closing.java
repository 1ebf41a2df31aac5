package dev.echo.probe;

import dev.echo.internal.Log;
import java.io.Closeable;
import java.io.IOException;

/** Closes what nobody could do more about. */
final class Closing {

  private Closing() {}

  /**
   * @param resource null if there is none
   */
  static void close(Closeable resource) {
    try {
      if (resource != null) {
        resource.close();
      }
    } catch (IOException | RuntimeException e) { // nor must it keep others open
      Log.debug("Closing failed", e);
    }
  }
}

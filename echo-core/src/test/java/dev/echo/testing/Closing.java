package dev.echo.testing;

import java.io.Closeable;
import java.io.IOException;

/** Closes what a test has no use for any more. */
public final class Closing {

  private Closing() {}

  /**
   * Closes all, whatever fails on the way.
   *
   * @param resources which may be null
   */
  public static void quietly(Closeable... resources) {
    for (Closeable resource : resources) {
      try {
        if (resource != null) {
          resource.close();
        }
      } catch (IOException e) {
        // A reset peer, perhaps; it is closed all the same.
      }
    }
  }
}

package dev.echo.demo;

import dev.echo.Framing;
import dev.echo.QuitPredicate;

/**
 * The options of the command line that a server and its client share.
 *
 * @param tls null for plain connections
 */
record Options(DemoEndpoint endpoint, Tls tls, int bufferSize, String quitWord, Framing framing) {

  private static final int MAX_SIZE = 1 << 30;

  Options {
    if (bufferSize < 1 || bufferSize > MAX_SIZE) {
      throw new IllegalArgumentException(
          "--buffer-size " + bufferSize + " is not within 1 to " + MAX_SIZE);
    }
  }

  Advice advice() {
    return new Advice(endpoint);
  }

  QuitPredicate quit() {
    return QuitPredicate.textEqualsIgnoreCase(quitWord);
  }

  /**
   * Returns the size of the largest reply to a message of the buffer's size: a letter takes up to
   * three times as many bytes in upper case (U+0390), and the port is appended.
   */
  int maxReplySize() {
    return (int) Math.min(3L * bufferSize + " (from port 65535)".length(), MAX_SIZE);
  }
}

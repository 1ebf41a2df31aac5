package dev.echo.demo;

import dev.echo.Framing;
import dev.echo.QuitPredicate;
import dev.echo.QuitScope;

/**
 * What the command line asks for, in one value for server and client.
 *
 * @param tls null for plain connections
 */
record Options(
    DemoEndpoint endpoint,
    Tls tls,
    int bufferSize,
    String quitWord,
    Framing framing,
    boolean plain,
    QuitScope quitScope) {

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
   * How large a reply may be to a message that fits the buffer: in upper case a letter takes up to
   * three times as many bytes (U+0390), and the port comes on top.
   */
  int maxReplySize() {
    return (int) Math.min(3L * bufferSize + " (from port 65535)".length(), MAX_SIZE);
  }
}

package dev.echo.demo;

import dev.echo.Endpoint;
import dev.echo.Framing;
import dev.echo.QuitPredicate;
import dev.echo.QuitScope;
import java.time.Duration;

/**
 * The options of the command line, for server and client.
 *
 * @param tls null for plain connections
 * @param timeout of the client, for the connection and for each reply
 * @param faults null for none
 * @param proxyProtocol whether the server takes who its clients are from PROXY headers
 * @param proxySource for whom the client says that it connects, in such a header, or null
 */
record Options(
    DemoEndpoint endpoint,
    Tls tls,
    int bufferSize,
    String quitWord,
    Framing framing,
    Duration timeout,
    boolean plain,
    QuitScope quitScope,
    Faults faults,
    boolean proxyProtocol,
    Endpoint.Inet proxySource,
    ServerOutput output) {

  static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);

  private static final int MAX_SIZE = 1 << 30;

  Options {
    if (bufferSize < 1 || bufferSize > MAX_SIZE) {
      throw new IllegalArgumentException(
          "--buffer-size " + bufferSize + " is not within 1 to " + MAX_SIZE);
    } else if (timeout.isZero()) {
      throw new IllegalArgumentException("--timeout is zero");
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

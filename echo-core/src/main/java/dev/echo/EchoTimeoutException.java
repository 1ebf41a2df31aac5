package dev.echo;

import java.io.IOException;

/**
 * The failure of a reply, or of a peer's next message, to come in time.
 *
 * <p>From {@link EchoClient#send(Message)} it means that no reply came within {@link
 * EchoClient.Builder#timeout}, or that the message was not even sent; the client stays open.
 * {@link EchoListener#onError} receives it for a connection that was closed by {@link
 * EchoServer.Builder#idleTimeout} or {@link EchoServer.Builder#handshakeTimeout}.
 *
 * <pre>{@code
 * try (EchoClient client = EchoClient.connect(server.endpoint())) {
 *   client.send("hello");
 * } catch (EchoTimeoutException e) {
 *   System.out.println(e.getMessage()); // No reply from tcp://127.0.0.1:7007 within 5 s
 * }
 * }</pre>
 *
 * @since 0.1.0
 */
public final class EchoTimeoutException extends IOException {

  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception.
   *
   * @param message what was waited for, where, and for how long
   */
  public EchoTimeoutException(String message) {
    super(message);
  }
}

package dev.echo;

import java.io.IOException;

/**
 * The failure of a message that has more bytes than the limit allows.
 *
 * <p>{@link EchoClient#send(Message)} refuses such a message before anything is sent, and drops a
 * reply that is too large; the client stays open. {@link EchoListener#onError} receives it for a
 * message that was not kept: its connection closes, its datagram is dropped.
 *
 * <pre>{@code
 * try (EchoClient client = EchoClient.connect(server.endpoint())) {
 *   client.send("x".repeat(1_000_000));
 * } catch (MessageTooLargeException e) {
 *   System.out.println(e.size() + " bytes, of which " + e.limit() + " are allowed");
 * }
 * }</pre>
 *
 * @see EchoServer.Builder#maxMessageSize(int)
 * @see EchoClient.Builder#maxMessageSize(int)
 * @since 0.1.0
 */
public final class MessageTooLargeException extends IOException {

  private static final long serialVersionUID = 1L;

  /** What {@link #size()} returns. */
  private final long size;

  /** What {@link #limit()} returns. */
  private final int limit;

  /**
   * Creates an exception.
   *
   * @param message what was too large, where it came from or went to, and both numbers
   * @param size the size of the message in bytes, as far as it is known
   * @param limit the largest size allowed, in bytes
   */
  public MessageTooLargeException(String message, long size, int limit) {
    super(message);
    this.size = size;
    this.limit = limit;
  }

  /**
   * Returns the size of the message, as far as it is known: of a line that has not ended, what had
   * arrived when it passed the limit.
   *
   * @return the size in bytes, more than {@link #limit()}
   */
  public long size() {
    return size;
  }

  /**
   * Returns the largest size allowed.
   *
   * @return the limit in bytes
   */
  public int limit() {
    return limit;
  }
}

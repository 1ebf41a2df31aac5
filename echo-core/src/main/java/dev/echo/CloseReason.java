package dev.echo;

/**
 * Why a connection of a server has ended.
 *
 * <p>The reason is what made the server stop reading. The first one counts, but {@link
 * #PEER_CLOSED} gives way to what comes after it, such as a last message that is to quit.
 *
 * @see EchoListener#onClose
 * @since 0.1.0
 */
public enum CloseReason {

  /** The peer has ended its stream, and what it had sent was answered as far as it was whole. */
  PEER_CLOSED,

  /**
   * The peer has reset the connection, or closed it before it had all replies. When a peer closes
   * without reading its replies, it depends on the moment whether this shows, or {@link
   * #PEER_CLOSED}: a test of such a client accepts both, or has it read.
   */
  PEER_RESET,

  /** A message matched the server's quit predicate. */
  QUIT,

  /**
   * The connection made no progress for the {@linkplain EchoServer.Builder#idleTimeout idle
   * timeout}.
   */
  IDLE_TIMEOUT,

  /** A message was larger than {@link EchoServer.Builder#maxMessageSize} allows. */
  MESSAGE_TOO_LARGE,

  /**
   * By accident: something failed, such as a transformer, a predicate, the executor or TLS; {@code
   * onError} was called with it.
   */
  FAILED,

  /**
   * On purpose: a {@linkplain Fault fault} that was asked for has ended it, or kept it from being
   * read until the idle timeout.
   */
  FAULT,

  /** The server was shut down. */
  SHUTDOWN
}

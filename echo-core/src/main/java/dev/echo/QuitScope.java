package dev.echo;

/**
 * What a message that matches the server's quit predicate ends.
 *
 * @see EchoServer.Builder#quitWhen(QuitPredicate, QuitScope)
 * @since 0.1.0
 */
public enum QuitScope {
  /**
   * The connection that the message came in on. Over UDP, which has no connections, nothing ends
   * and the match only marks the {@link Exchange}.
   */
  CONNECTION,

  /**
   * The whole server, as by {@link EchoServer#shutdown()}. Anyone who can reach the server can then
   * end it, so choose this only where every peer is trusted: in a test, on the loopback address, or
   * behind client certificates.
   */
  SERVER
}

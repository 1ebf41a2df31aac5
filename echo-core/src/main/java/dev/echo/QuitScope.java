package dev.echo;

/**
 * What a message that matches the server's quit predicate ends.
 *
 * <pre>{@code
 * EchoServer server =
 *     EchoServer.builder()
 *         .quitWhen(QuitPredicate.textEquals("quit"), QuitScope.SERVER)
 *         .start(Endpoint.tcp(0)); // the loopback address
 * try (EchoClient client = EchoClient.connect(server.endpoint())) {
 *   client.send("quit");
 * }
 * server.awaitTermination();
 * }</pre>
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
   * The whole server, as by {@link EchoServer#shutdown()}. Anyone who can send the message can then
   * end it, so choose this only where every peer is trusted, as in a test or behind client
   * certificates, or where the message is a secret (see the <a
   * href="doc-files/recipes.html#remote">recipe</a>). Over UDP on a network it is never a secret:
   * messages can be read there and their senders forged.
   */
  SERVER
}

package dev.echo;

import javax.net.ssl.SSLSession;

/**
 * What is told of all that happens in a server, for logs, metrics and tests.
 *
 * <p>Every method does nothing by default: override what matters. The calls for one connection come
 * one after another, in the order handshake under TLS, open, echo or error, close; those for
 * different connections may come at the same time on different threads. Only after {@link
 * EchoServer#shutdownNow()}, a message that is on the executor at that moment may be told of after the
 * close of its connection.
 *
 * <pre>{@code
 * EchoListener listener =
 *     new EchoListener() {
 *       @Override
 *       public void onEcho(Exchange exchange) {
 *         System.out.println(exchange.sender() + " sent " + exchange.received().size() + " bytes");
 *       }
 *     };
 * EchoServer server = EchoServer.builder().listener(listener).start(Endpoint.tcp(0));
 * }</pre>
 *
 * <p><b>Threads:</b> {@link #onStart} comes on the thread that starts the server. If the server has
 * an executor, {@link #onEcho} and the {@link #onError} of a message come on it. Everything else
 * comes on a thread of the server, which serves nobody while a method runs.
 *
 * <p><b>Failure:</b> whatever a listener throws is contained. The first failure is logged as a
 * warning with its stack trace, and the server goes on as if the method had returned.
 *
 * @since 0.1.0
 */
public interface EchoListener {

  /**
   * Called once, before any other method, when the server is bound.
   *
   * @param endpoint the server's endpoint as bound
   */
  default void onStart(Endpoint endpoint) {}

  /**
   * Called when the TLS handshake with a peer is done, just before {@link #onOpen}. It has the peer's
   * certificates if the server asks for them ({@link EchoServer.Builder#sslParameters}), which a transformer or predicate finds by the sender if the listener keeps them:
   *
   * <pre>{@code
   * Map<Endpoint, Principal> names = new ConcurrentHashMap<>();
   * EchoListener listener =
   *     new EchoListener() {
   *       @Override
   *       public void onHandshake(Endpoint peer, SSLSession session) {
   *         try {
   *           names.put(peer, session.getPeerPrincipal());
   *         } catch (SSLPeerUnverifiedException e) {
   *           // It has shown no certificate.
   *         }
   *       }
   *
   *       @Override
   *       public void onClose(Endpoint peer) {
   *         names.remove(peer);
   *       }
   *     };
   * MessageTransformer greeting = (message, sender) -> Message.of("Hello " + names.get(sender));
   * }</pre>
   *
   * @param peer the other side
   * @param session its certificates, the protocol and the cipher suite
   */
  default void onHandshake(Endpoint peer, SSLSession session) {}

  /**
   * Called when a connection is accepted, under TLS after the handshake; never over UDP. A peer whose
   * handshake fails is told of by {@link #onError} alone.
   *
   * @param peer the other side
   */
  default void onOpen(Endpoint peer) {}

  /**
   * Called for each message after its reply was made and counted, and before it is written.
   *
   * @param exchange the message and its reply
   */
  default void onEcho(Exchange exchange) {}

  /**
   * Called when a message or a connection was dropped. A peer that goes away without leaving
   * anything unanswered is no error.
   *
   * @param peer the other side, or the server's own endpoint when no peer is at fault
   * @param error the reason
   */
  default void onError(Endpoint peer, Throwable error) {}

  /**
   * Called when a connection has ended, exactly once for each {@link #onOpen}.
   *
   * @param peer the other side
   */
  default void onClose(Endpoint peer) {}

  /** Called once, after every other method, when the server has ended. */
  default void onTermination() {}
}

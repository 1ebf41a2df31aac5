package dev.echo;

import java.util.Objects;
import java.util.function.Consumer;

/**
 * A listener for what happens in a server, for logs, metrics and tests.
 *
 * <p>Every method does nothing by default: override what matters. The calls for one connection come
 * one after another, in the order open, echo, fault or error, close; those for different
 * connections may come at the same time on different threads. Only after {@link
 * EchoServer#shutdownNow()} may the calls for a message that is on the executor at that moment come
 * after its connection's close. A listener that counts uses {@link
 * java.util.concurrent.atomic.LongAdder}; {@link EchoServer#stats()} counts without one.
 *
 * <pre>{@code
 * EchoListener listener =
 *     new EchoListener() {
 *       @Override
 *       public void onEcho(Exchange exchange) {
 *         System.out.println(exchange.peer() + " sent " + exchange.received().size() + " bytes");
 *       }
 *     };
 * EchoServer server = EchoServer.builder().listener(listener).start(Endpoint.tcp(0));
 * }</pre>
 *
 * <p><b>Threads:</b> {@link #onStart} comes on the thread that starts the server. If the server has
 * an executor, {@link #onEcho} comes on it, and so do {@link #onFault} for a message and {@link
 * #onError} for what fails while one is answered there, such as a transformer. Everything else
 * comes on a thread of the server, which serves nobody while a method runs; with an executor, too,
 * {@link #onError} for a message that does not get there, because there is no room, the executor
 * refuses it, or over UDP it is too large, and for a reply that can't be sent.
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
   * Called when a connection is accepted, after the header of the {@linkplain
   * EchoServer.Builder#proxyProtocol PROXY protocol} and under TLS after the handshake; never over
   * UDP. For a failed header or handshake only {@link #onError} is called.
   *
   * @param peer who has connected; under TLS with the {@linkplain Peer#tlsSession() session}
   */
  default void onOpen(Peer peer) {}

  /**
   * Called for each message after its reply was made and counted, and before it is written.
   *
   * @param exchange the message and its reply
   */
  default void onEcho(Exchange exchange) {}

  /**
   * Called when a reply is to have a fault, just before that takes effect or its delay begins, on
   * the thread that has called {@link #onEcho} or {@link #onOpen}; never for {@link Fault#none()}.
   * When a delay has ended, or a reply was written, nothing is called: how long a reply took in the
   * end, the client's round trip says.
   *
   * @param exchange the message and its reply as it was before the fault; for a connection's {@link
   *     FaultPlan#faultOnOpen} one with the number 0 and empty messages
   * @param fault what happens, with what was left to chance as it was drawn
   */
  default void onFault(Exchange exchange, Fault fault) {}

  /**
   * Called when a message or a connection was dropped. A peer that goes away without leaving
   * anything unanswered is no error. The <a href="doc-files/rules.html#errors">rules</a> have a
   * table of causes. The peer may see its connection end before this method is called.
   *
   * @param peer whose message or connection it was; before a PROXY header is complete, the proxy
   *     that has connected; the server itself, with its own endpoint and
   *     the number 0, when no peer is at fault
   * @param error the reason
   */
  default void onError(Peer peer, Throwable error) {}

  /**
   * Called when a connection has ended, exactly once for each {@link #onOpen}.
   *
   * @param peer who was connected
   * @param reason why it has ended
   */
  default void onClose(Peer peer, CloseReason reason) {}

  /**
   * Called once, after every other method, when the server has ended. Only a call that had begun on
   * the executor when the end was forced may still be under way.
   */
  default void onTermination() {}

  /**
   * Combines this listener with one that is called after it each time, also if this one throws.
   * If both throw, the failure of this one has that of the other suppressed.
   *
   * @param next the other listener
   * @return a listener that calls the two, one after the other
   */
  default EchoListener andThen(EchoListener next) {
    Objects.requireNonNull(next, "next");
    EchoListener first = this;
    return new EchoListener() {
      @Override
      public void onStart(Endpoint endpoint) {
        both(listener -> listener.onStart(endpoint));
      }

      @Override
      public void onOpen(Peer peer) {
        both(listener -> listener.onOpen(peer));
      }

      @Override
      public void onEcho(Exchange exchange) {
        both(listener -> listener.onEcho(exchange));
      }

      @Override
      public void onFault(Exchange exchange, Fault fault) {
        both(listener -> listener.onFault(exchange, fault));
      }

      @Override
      public void onError(Peer peer, Throwable error) {
        both(listener -> listener.onError(peer, error));
      }

      @Override
      public void onClose(Peer peer, CloseReason reason) {
        both(listener -> listener.onClose(peer, reason));
      }

      @Override
      public void onTermination() {
        both(EchoListener::onTermination);
      }

      private void both(Consumer<EchoListener> call) {
        try {
          call.accept(first);
        } catch (Throwable failure) {
          andNext(call, failure);
          throw failure;
        }
        call.accept(next);
      }

      private void andNext(Consumer<EchoListener> call, Throwable failure) {
        try {
          call.accept(next);
        } catch (Throwable another) {
          if (another != failure) {
            failure.addSuppressed(another);
          }
        }
      }
    };
  }
}

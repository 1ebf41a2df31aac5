package dev.echo;

import java.util.Objects;

/**
 * One message and its reply, as the server sees them.
 *
 * <pre>{@code
 * EchoListener log =
 *     new EchoListener() {
 *       @Override
 *       public void onEcho(Exchange exchange) {
 *         System.out.println(exchange.peer() + ": " + exchange.received().text());
 *       }
 *     };
 * }</pre>
 *
 * <p><b>Thread safety:</b> immutable, may be shared freely.
 *
 * @param peer who sent the message
 * @param number which message of that peer it is: 1, 2, and so on in the order of arrival; one that
 *     got no reply counts, too. It is 0 in {@link EchoListener#onFault} for a fault of {@link
 *     FaultPlan#faultOnOpen}
 * @param received the message as it arrived, without its framing
 * @param reply the reply that is about to be written, before its fault if it has one; the same as
 *     {@code received} when {@code quit} is true
 * @param quit whether the message matched the server's quit predicate
 * @since 0.1.0
 */
public record Exchange(Peer peer, long number, Message received, Message reply, boolean quit) {

  /**
   * Creates an exchange.
   *
   * @param peer who sent the message
   * @param number which message of that peer it is, or 0
   * @param received the message
   * @param reply its reply
   * @param quit whether the message matched the quit predicate
   * @throws NullPointerException if an argument is null
   */
  public Exchange {
    Objects.requireNonNull(peer, "peer");
    Objects.requireNonNull(received, "received");
    Objects.requireNonNull(reply, "reply");
  }
}

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
 *         System.out.println(exchange.sender() + ": " + exchange.received().text());
 *       }
 *     };
 * }</pre>
 *
 * <p><b>Thread safety:</b> immutable, may be shared freely.
 *
 * @param sender who sent the message; over Unix sockets usually the unnamed endpoint {@code unix:}
 * @param received the message as it arrived, without its framing
 * @param reply the reply that is about to be written; the same as {@code received} when {@code
 *     quit} is true
 * @param quit whether the message matched the server's quit predicate
 * @since 0.1.0
 */
public record Exchange(Endpoint sender, Message received, Message reply, boolean quit) {

  /**
   * Creates an exchange.
   *
   * @param sender who sent the message
   * @param received the message
   * @param reply its reply
   * @param quit whether the message matched the quit predicate
   * @throws NullPointerException if an argument is null
   */
  public Exchange {
    Objects.requireNonNull(sender, "sender");
    Objects.requireNonNull(received, "received");
    Objects.requireNonNull(reply, "reply");
  }
}

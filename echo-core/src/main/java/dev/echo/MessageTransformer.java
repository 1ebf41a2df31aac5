package dev.echo;

import dev.echo.internal.codec.ByteTransformer;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * A function from a message to its reply.
 *
 * <p>The server calls it once for each message that is not a quit message. The built-in
 * transformers work on the bytes and combine with {@link #andThen}; any lambda will do for the
 * rest.
 *
 * <pre>{@code
 * MessageTransformer shout =
 *     MessageTransformer.upperCase().andThen(MessageTransformer.suffix("!"));
 * EchoServer server = EchoServer.builder().transformer(shout).start(Endpoint.tcp(0));
 * }</pre>
 *
 * <p><b>Thread safety:</b> called for different connections at the same time, so an implementation
 * must be thread-safe. It runs on an event loop, which serves nobody else meanwhile: give the
 * server an {@link EchoServer.Builder#executor} if it blocks.
 *
 * <p><b>Failure:</b> when it throws, returns null, or under {@link Framing#LINES} over a stream
 * returns a message with a line feed, the listener is notified, the message is dropped and its
 * connection is closed after the replies to earlier messages were written. The server lives on. A
 * carriage return at the end of a reply is no failure, but a client may take it for a part of the
 * line ending ({@link Framing#LINES}).
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface MessageTransformer {

  /**
   * Makes the reply to a message.
   *
   * @param message the message as received, without its framing
   * @param peer who sent it
   * @return the reply, which may be the message itself
   */
  Message transform(Message message, Peer peer);

  /**
   * Combines this transformer with one that is given its result.
   *
   * @param next the transformer to apply to this one's result
   * @return the two, one after the other
   */
  default MessageTransformer andThen(MessageTransformer next) {
    Objects.requireNonNull(next, "next");
    return (message, peer) -> {
      Message between = transform(message, peer);
      return next.transform(Objects.requireNonNull(between, "A transformer returned null"), peer);
    };
  }

  /**
   * Returns the transformer that sends messages back unchanged, a server's default.
   *
   * @return the identity
   */
  static MessageTransformer identity() {
    return ByteTransformer.IDENTITY;
  }

  /**
   * Returns a transformer to upper case, by the rules of Unicode and no particular language. Bytes
   * that are not valid UTF-8 stay as they are.
   *
   * @return the transformer
   */
  static MessageTransformer upperCase() {
    return ByteTransformer.UPPER_CASE;
  }

  /**
   * Returns a transformer that puts a text before the message.
   *
   * @param text the text, added in UTF-8
   * @return the transformer
   */
  static MessageTransformer prefix(String text) {
    return new ByteTransformer.Prefix(text);
  }

  /**
   * Returns a transformer that puts a text after the message.
   *
   * @param text the text, added in UTF-8
   * @return the transformer
   */
  static MessageTransformer suffix(String text) {
    return new ByteTransformer.Suffix(text);
  }

  /**
   * Returns a transformer that appends the port the message came from: {@code hello} becomes {@code
   * hello (from port 51234)}. Messages over Unix sockets, which have no ports, stay as they are.
   *
   * @return the transformer
   */
  static MessageTransformer appendSenderPort() {
    return ByteTransformer.APPEND_SENDER_PORT;
  }

  /**
   * Returns a transformer that applies a function to the text of a message that is valid UTF-8, and
   * sends any other back unchanged. To change those, too, take {@link Message#text()} of any
   * message, in a transformer of your own.
   *
   * @param function from the text received to the text of the reply
   * @return the transformer
   */
  static MessageTransformer text(UnaryOperator<String> function) {
    return new ByteTransformer.Text(Objects.requireNonNull(function, "function"));
  }
}

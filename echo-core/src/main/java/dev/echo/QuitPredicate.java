package dev.echo;

import dev.echo.internal.codec.BytePredicate;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * A test for the message that ends a connection, a server or a client.
 *
 * <p>A server tests each message as received, before its transformer; a client tests each reply,
 * with a predicate of its own, which is normally the same.
 *
 * <pre>{@code
 * QuitPredicate bye = QuitPredicate.textEqualsIgnoreCase("bye");
 * try (EchoServer server = EchoServer.builder().quitWhen(bye).start(Endpoint.tcp(0));
 *     EchoClient client = EchoClient.builder().quitWhen(bye).connect(server.endpoint())) {
 *   System.out.println(client.send("Bye").quit() + " " + client.isOpen()); // true false
 * }
 * }</pre>
 *
 * <p><b>Thread safety:</b> called for different connections at the same time, so an implementation
 * must be thread-safe. In a server it runs where the {@link MessageTransformer} runs, and its
 * failures are treated alike.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface QuitPredicate {

  /**
   * Tests a message.
   *
   * @param message the message, without its framing
   * @param peer who sent it
   * @return whether it is the quit message
   */
  boolean test(Message message, Peer peer);

  /**
   * Combines this predicate with another, which is asked only if this one matches.
   *
   * @param other the other predicate
   * @return a predicate that matches when both do
   */
  default QuitPredicate and(QuitPredicate other) {
    Objects.requireNonNull(other, "other");
    return (message, peer) -> test(message, peer) && other.test(message, peer);
  }

  /**
   * Combines this predicate with another, which is asked only if this one does not match.
   *
   * @param other the other predicate
   * @return a predicate that matches when either does
   */
  default QuitPredicate or(QuitPredicate other) {
    Objects.requireNonNull(other, "other");
    return (message, peer) -> test(message, peer) || other.test(message, peer);
  }

  /**
   * Returns the opposite of this predicate.
   *
   * @return a predicate that matches when this one does not
   */
  default QuitPredicate negate() {
    return (message, peer) -> !test(message, peer);
  }

  /**
   * Returns the predicate that matches nothing, the default of servers and clients.
   *
   * @return the predicate
   */
  static QuitPredicate never() {
    return BytePredicate.NEVER;
  }

  /**
   * Returns a predicate that matches one text.
   *
   * @param text the whole text of a quit message
   * @return the predicate
   */
  static QuitPredicate textEquals(String text) {
    return new BytePredicate.TextEquals(Message.of(text));
  }

  /**
   * Returns a predicate that matches one text in any case, as by {@link String#equalsIgnoreCase}.
   *
   * @param text the whole text of a quit message
   * @return the predicate
   */
  static QuitPredicate textEqualsIgnoreCase(String text) {
    return new BytePredicate.TextEqualsIgnoreCase(Objects.requireNonNull(text, "text"));
  }

  /**
   * Returns a predicate that matches the texts of a pattern.
   *
   * @param pattern matched against the whole text of a message
   * @return the predicate
   */
  static QuitPredicate textMatches(Pattern pattern) {
    Objects.requireNonNull(pattern, "pattern");
    return (message, peer) -> pattern.matcher(message.text()).matches();
  }
}

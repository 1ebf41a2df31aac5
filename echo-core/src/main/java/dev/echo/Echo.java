package dev.echo;

import java.time.Duration;
import java.util.Objects;

/**
 * One reply, as the client sees it.
 *
 * <pre>{@code
 * try (EchoClient client = EchoClient.connect(server.endpoint())) {
 *   Echo echo = client.send("hello");
 *   String text = echo.message().text();
 *   System.out.println(text + " after " + echo.roundTrip()); // hello after PT0.0007S
 * }
 * }</pre>
 *
 * <p><b>Thread safety:</b> immutable, may be shared freely.
 *
 * @param message the reply, without its framing
 * @param roundTrip the time from just before the message was written to just after the reply was
 *     read
 * @param quit whether the reply matched the client's own quit predicate, so that the client is
 *     closed
 * @since 0.1.0
 */
public record Echo(Message message, Duration roundTrip, boolean quit) {

  /**
   * Creates an echo.
   *
   * @param message the reply
   * @param roundTrip zero or more
   * @param quit whether the reply matched the quit predicate
   * @throws NullPointerException if {@code message} or {@code roundTrip} is null
   * @throws IllegalArgumentException if {@code roundTrip} is negative
   */
  public Echo {
    Objects.requireNonNull(message, "message");
    Objects.requireNonNull(roundTrip, "roundTrip");
    if (roundTrip.isNegative()) {
      throw new IllegalArgumentException("roundTrip is negative: " + roundTrip);
    }
  }
}

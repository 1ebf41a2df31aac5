package dev.echo;

import java.time.Duration;
import java.util.Objects;

/**
 * One reply, as the client sees it.
 *
 * @param message the reply, without its framing
 * @param roundTrip the time from just before the message was written to just after the reply was
 *     read
 * @param quit whether the reply matched the client's quit predicate, so that the client is closed
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

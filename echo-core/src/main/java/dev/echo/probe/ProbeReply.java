package dev.echo.probe;

import dev.echo.Message;
import dev.echo.internal.Settings;
import java.time.Duration;
import java.util.Objects;

/**
 * The first intact reply to one message of a {@link PathProbe}.
 *
 * <pre>{@code
 * PathProbe.Builder builder = PathProbe.builder()
 *     .onReply(reply -> System.out.println(reply.number() + " took " + reply.roundTrip()));
 * }</pre>
 *
 * <p><b>Thread safety:</b> immutable, may be shared freely.
 *
 * @param flow which of the probe's flows it came to, from 1 on
 * @param number which of the flow's messages it answers, from 1 on; those of the warm-up count
 * @param roundTrip the time from just before the message was written to just after the reply was
 *     read; above the probe's timeout if the reply was late
 * @param reply what came, without its framing: the message, and behind it whatever the server has
 *     appended
 * @since 0.1.0
 */
public record ProbeReply(int flow, long number, Duration roundTrip, Message reply) {

  /**
   * Creates a reply.
   *
   * @param flow 1 or more
   * @param number 1 or more
   * @param roundTrip zero or more
   * @param reply what came
   * @throws NullPointerException if {@code roundTrip} or {@code reply} is null
   * @throws IllegalArgumentException if {@code flow} or {@code number} is not positive, or {@code
   *     roundTrip} is negative
   */
  public ProbeReply {
    Objects.requireNonNull(roundTrip, "roundTrip");
    Objects.requireNonNull(reply, "reply");
    Settings.positive(flow, "flow");
    Settings.positive(number, "number");
    Settings.notNegative(roundTrip, "roundTrip");
  }
}

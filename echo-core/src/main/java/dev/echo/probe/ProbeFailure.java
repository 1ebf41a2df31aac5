package dev.echo.probe;

import dev.echo.internal.Settings;
import java.util.Objects;

/**
 * A message of a {@link PathProbe} that was not answered as it should be.
 *
 * <pre>{@code
 * PathProbe.Builder builder = PathProbe.builder()
 *     .onFailure(failure -> System.out.println(failure.number() + ": " + failure.kind()));
 * }</pre>
 *
 * <p><b>Thread safety:</b> immutable, may be shared freely.
 *
 * @param flow which of the probe's flows it belongs to, from 1 on
 * @param number which of the flow's messages it is, from 1 on; those of the warm-up count
 * @param kind what has happened to it
 * @since 0.1.0
 */
public record ProbeFailure(int flow, long number, Kind kind) {

  /**
   * What has happened to a message; {@link PathReport} counts each.
   *
   * @since 0.1.0
   */
  public enum Kind {

    /** Its time is up without any copy, or its connection broke; see {@link PathReport#lost()}. */
    LOST,

    /** A copy with other content came before an intact one; see {@link PathReport#corrupt()}. */
    CORRUPT,

    /**
     * Another copy came of a message that had one before; told for each. See {@link
     * PathReport#duplicates()}.
     */
    DUPLICATE,

    /**
     * Nobody listened, there was no connection, or the system did not send it; over UDP it may have
     * been a later message, as no report says which. See {@link PathReport#refused()}.
     */
    REFUSED,

    /** The socket did not take it in time; see {@link PathReport#unsent()}. */
    UNSENT
  }

  /**
   * Creates a failure.
   *
   * @param flow 1 or more
   * @param number 1 or more
   * @param kind what has happened
   * @throws NullPointerException if {@code kind} is null
   * @throws IllegalArgumentException if {@code flow} or {@code number} is not positive
   */
  public ProbeFailure {
    Settings.positive(flow, "flow");
    Settings.positive(number, "number");
    Objects.requireNonNull(kind, "kind");
  }
}

package dev.echo;

import dev.echo.internal.Settings;
import dev.echo.internal.faults.FaultStep;
import dev.echo.internal.faults.FaultStep.Kind;
import dev.echo.internal.faults.FaultSteps;
import dev.echo.internal.faults.FaultText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What happens to a reply on purpose.
 *
 * <p>A {@link FaultPlan} says which reply has which fault. Several that are joined by {@link #then}
 * take effect one after another.
 *
 * <pre>{@code
 * Fault late = Fault.delay(Duration.ofMillis(200));
 * Fault cut = Fault.reset().afterBytes(3);
 * EchoServer server =
 *     EchoServer.builder().faults(FaultPlan.script(late, cut)).start(Endpoint.tcp(0));
 * }</pre>
 *
 * <table class="striped">
 * <caption>Faults, their text, and where they work</caption>
 * <thead><tr><th>fault</th><th>text</th><th>TCP, TLS, Unix</th><th>UDP</th></tr></thead>
 * <tbody>
 * <tr><td>{@link #none}</td><td>{@code none}</td><td>yes</td><td>yes</td></tr>
 * <tr><td>{@link #drop}</td><td>{@code drop}</td><td>yes</td><td>yes</td></tr>
 * <tr><td>{@link #delay(Duration)}</td><td>{@code delay=20ms}, {@code delay=20ms..80ms}</td>
 *     <td>yes</td><td>yes</td></tr>
 * <tr><td>{@link #duplicate}</td><td>{@code duplicate=2}</td><td>yes</td><td>yes</td></tr>
 * <tr><td>{@link #corrupt}</td><td>{@code corrupt=1}</td><td>yes</td><td>yes</td></tr>
 * <tr><td>{@link #truncate}</td><td>{@code truncate=10}</td><td>yes</td><td>yes</td></tr>
 * <tr><td>{@link #reorder}</td><td>{@code reorder=3}</td><td>no</td><td>yes</td></tr>
 * <tr><td>{@link #slow}</td><td>{@code slow=1/20ms}</td><td>yes</td><td>no</td></tr>
 * <tr><td>{@link #close}</td><td>{@code close}, {@code close@3}</td><td>yes</td><td>no</td></tr>
 * <tr><td>{@link #halfClose}</td><td>{@code half-close}, {@code half-close@3}</td><td>yes</td>
 *     <td>no</td></tr>
 * <tr><td>{@link #reset}</td><td>{@code reset}, {@code reset@3}</td><td>yes (Unix: close)</td>
 *     <td>no</td></tr>
 * <tr><td>{@link #stall}</td><td>{@code stall}, {@code stall@3}</td><td>yes</td><td>no</td></tr>
 * </tbody>
 * </table>
 *
 * <p>A fault that does not work over the server's transport is a failure of the plan: {@link
 * EchoListener#onError} is called, and the message is dropped, with its connection over a stream.
 * It is found with the first message that has the fault, and not when the server starts.
 *
 * <p><b>Streams:</b> while a reply is held back, nothing more is read from its connection, and what
 * was read behind it is neither answered nor told to a listener, so that the replies behind it
 * wait, too; its idle timeout rests, and other connections go on.
 *
 * <p><b>UDP:</b> each datagram waits by itself, so that delays of different length change the
 * order. At most 1,024 datagrams and 4 MiB are held back for all peers of a server; what finds no
 * room is dropped, counted in {@link EchoStats#dropped} and told to {@link EchoListener#onError}.
 *
 * <p><b>End:</b> {@code shutdown} and {@code close} let go of what is held back: it is never sent.
 *
 * <p><b>Thread safety:</b> immutable, may be shared freely. Faults are equal when their texts are.
 *
 * @since 0.1.0
 */
public final class Fault {

  private static final Fault NONE = new Fault(List.of());
  private static final int MAX_COPIES = 100;
  private static final int MAX_BITS = 65_536;
  private static final int MAX_PLACES = 1024;

  static {
    FaultSteps.access(fault -> fault.steps, Fault::of);
  }

  private final List<FaultStep> steps;

  private Fault(List<FaultStep> steps) {
    this.steps = steps;
  }

  private static Fault of(List<FaultStep> steps) {
    return steps.isEmpty() ? NONE : new Fault(List.copyOf(steps));
  }

  private static Fault of(FaultStep step) {
    return new Fault(List.of(step));
  }

  /**
   * Returns the fault with which a reply is sent as it is.
   *
   * @return no fault
   */
  public static Fault none() {
    return NONE;
  }

  /**
   * Returns the fault with which a reply is not sent.
   *
   * <p>To the client it looks as if its message or the reply had been lost; the transformer and the
   * listener have had it, and it counts in {@link EchoStats#messages}, not in {@link
   * EchoStats#dropped}. A connection stays open, and its next reply stands in the place of the
   * dropped one: to {@link EchoClient}, a message that is sent alone times out, and one in flight
   * with others gets the reply to the next. Connect anew then.
   *
   * @return the fault
   */
  public static Fault drop() {
    return of(new FaultStep(Kind.DROP));
  }

  /**
   * Returns the fault that sends a reply late. Over a stream it delays those behind it, too, so
   * that the delays of messages in flight add up.
   *
   * <p>A connection that waits has its place among {@link EchoServer.Builder#maxConnections} even
   * if the peer has gone meanwhile, which shows when the reply is sent.
   *
   * @param time how long it is held back; zero or more
   * @return the fault
   * @throws IllegalArgumentException if the time is negative
   */
  public static Fault delay(Duration time) {
    return delay(time, time);
  }

  /**
   * Returns the fault that sends a reply late, by a time that is drawn for each reply, uniformly,
   * in steps of a microsecond. A plan that has a seed draws by it, others by the seed 0.
   *
   * @param min how long it is held back at least; zero or more
   * @param max how long it is held back at most
   * @return the fault
   * @throws IllegalArgumentException if a time is negative, or {@code max} is less than {@code min}
   */
  public static Fault delay(Duration min, Duration max) {
    long minNanos = Settings.nanos(Settings.notNegative(min, "min"));
    long maxNanos = Settings.nanos(Settings.notNegative(max, "max"));
    if (maxNanos < minNanos) {
      throw new IllegalArgumentException("max is less than min: " + max + ", " + min);
    }
    return of(FaultStep.delay(minNanos, maxNanos));
  }

  /**
   * Returns the fault that sends a reply more than once.
   *
   * @param copies how many more, from 1 to 100
   * @return the fault
   * @throws IllegalArgumentException if {@code copies} is not within 1 to 100
   */
  public static Fault duplicate(int copies) {
    return of(new FaultStep(Kind.DUPLICATE, Settings.inRange(copies, 1, MAX_COPIES, "copies")));
  }

  /**
   * Returns the fault that flips bits of a reply's message.
   *
   * <p>Which ones depends on the peer, the message's number and the plan's seed. What stands around
   * the message stays as it is, and no byte becomes a line feed or a carriage return: the frame is
   * whole.
   *
   * @param bits how many, from 1 to 65,536; a message that has fewer has all flipped but those that
   *     would end a line
   * @return the fault
   * @throws IllegalArgumentException if {@code bits} is not within 1 to 65,536
   */
  public static Fault corrupt(int bits) {
    return of(new FaultStep(Kind.CORRUPT, Settings.inRange(bits, 1, MAX_BITS, "bits")));
  }

  /**
   * Returns the fault that cuts a reply's message to its first bytes.
   *
   * <p>The frame stays valid: the message is a shorter one. For a broken frame there is {@code
   * close().afterBytes(3)}.
   *
   * @param bytes how many are left, 0 or more
   * @return the fault
   * @throws IllegalArgumentException if {@code bytes} is negative
   */
  public static Fault truncate(int bytes) {
    return of(new FaultStep(Kind.TRUNCATE, Settings.inRange(bytes, 0, Integer.MAX_VALUE, "bytes")));
  }

  /**
   * Returns the fault that has later replies overtake this one, over UDP only.
   *
   * <p>It is sent after so many replies to later messages of the same peer, or after 200
   * milliseconds if they do not come.
   *
   * @param places how many replies go first, from 1 to 1,024
   * @return the fault
   * @throws IllegalArgumentException if {@code places} is not within 1 to 1,024
   */
  public static Fault reorder(int places) {
    return of(new FaultStep(Kind.REORDER, Settings.inRange(places, 1, MAX_PLACES, "places")));
  }

  /**
   * Returns the fault that sends a reply in pieces, over streams only: one write for each, and
   * under TLS one record, up to what the system takes at once.
   *
   * @param bytes how many each piece has, at least 1
   * @param every the time between two pieces, zero or more; as with all delays, some may last a
   *     millisecond longer
   * @return the fault
   * @throws IllegalArgumentException if {@code bytes} is less than 1, or the time is negative
   */
  public static Fault slow(int bytes, Duration every) {
    Settings.inRange(bytes, 1, Integer.MAX_VALUE, "bytes");
    return of(FaultStep.slow(bytes, Settings.nanos(Settings.notNegative(every, "every"))));
  }

  /**
   * Returns the fault that ends the connection in place of the reply, over streams only: by a FIN,
   * under TLS after close_notify (RFC 8446, 6.1).
   *
   * @return the fault; by {@link #afterBytes} a part of the reply is sent before, or by {@code
   *     afterBytes(Integer.MAX_VALUE)} all of it
   */
  public static Fault close() {
    return of(new FaultStep(Kind.CLOSE));
  }

  /**
   * Returns the fault that sends the reply and then no more, over streams only: a {@index
   * "half-close" fault: the reply, then a FIN} by FIN, under TLS after close_notify. What the peer
   * sends is read and dropped, until it closes, too, or is silent for the idle timeout.
   *
   * @return the fault; by {@link #afterBytes} only a part of the reply is sent before
   */
  public static Fault halfClose() {
    return of(new FaultStep(Kind.HALF_CLOSE, FaultStep.ALL));
  }

  /**
   * Returns the fault that resets the connection in place of the reply, over streams only: by an
   * RST (RFC 9293), under TLS without close_notify. Unix sockets have no reset; there it is {@link
   * #close}.
   *
   * @return the fault; by {@link #afterBytes} a part of the reply is sent before, of which a reset
   *     drops what the peer has no room for
   */
  public static Fault reset() {
    return of(new FaultStep(Kind.RESET));
  }

  /**
   * Returns the fault with which the connection stays open, and nothing is sent or read any more,
   * until the idle timeout or the server's end. Over streams only.
   *
   * <p>So the server does not notice when the peer closes. Where that matters, {@link #drop} every
   * reply. With {@link FaultPlan#onOpen} not even the first message is read, nor recorded.
   *
   * @return the fault; by {@link #afterBytes} a part of the reply is sent before
   */
  public static Fault stall() {
    return of(new FaultStep(Kind.STALL));
  }

  /**
   * Returns this fault with another place in the reply at which it takes effect.
   *
   * @param bytes how many bytes of the frame are sent before, with its length field or line end;
   *     beyond the end of the frame it means behind it, so that {@link Integer#MAX_VALUE} sends the
   *     whole reply
   * @return the fault
   * @throws IllegalArgumentException if {@code bytes} is negative
   * @throws IllegalStateException if the fault is or ends in another one than {@link #close},
   *     {@link #halfClose}, {@link #reset} or {@link #stall}
   */
  public Fault afterBytes(int bytes) {
    Settings.inRange(bytes, 0, Integer.MAX_VALUE, "bytes");
    int last = steps.size() - 1;
    if (last < 0 || !steps.get(last).kind().isCut()) {
      throw new IllegalStateException(
          "afterBytes is for close, half-close, reset and stall: " + this);
    }
    List<FaultStep> changed = new ArrayList<>(steps);
    changed.set(last, new FaultStep(steps.get(last).kind(), bytes));
    return of(changed);
  }

  /**
   * Joins this fault with one that takes effect after it.
   *
   * @param next the other fault
   * @return the two, one after the other; the other one alone if one of them is {@link #none}
   * @throws IllegalArgumentException if both are faults and this one leaves nothing for the other:
   *     if it ends in {@link #drop}, {@link #close}, {@link #halfClose}, {@link #reset} or {@link
   *     #stall}
   */
  public Fault then(Fault next) {
    Objects.requireNonNull(next, "next");
    if (next.steps.isEmpty()) {
      return this;
    }
    if (!steps.isEmpty() && steps.get(steps.size() - 1).kind().isLast()) {
      throw new IllegalArgumentException("Nothing can happen after " + this + ": " + next);
    }
    List<FaultStep> joined = new ArrayList<>(steps);
    joined.addAll(next.steps);
    return of(joined);
  }

  /**
   * Reads a fault from its text, which {@link #toString} has, too.
   *
   * <p>Times have a unit: {@code ns}, {@code us}, {@code ms}, {@code s}, {@code m} or {@code h}.
   *
   * @param text such as {@code drop}, {@code delay=20ms..80ms} or {@code delay=1s+reset@3}
   * @return the fault
   * @throws IllegalArgumentException if it is no fault, or a number is out of range
   */
  public static Fault parse(String text) {
    return FaultText.parse(Objects.requireNonNull(text, "text"));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Fault fault && toString().equals(fault.toString());
  }

  @Override
  public int hashCode() {
    return toString().hashCode();
  }

  /**
   * Returns the text that {@link #parse} takes. A time is in the largest of s, ms, us and ns in
   * which it is a whole number: what was drawn from {@code 20ms..80ms} may be {@code
   * delay=31415us}.
   *
   * @return for example {@code delay=20ms+reset@3}
   */
  @Override
  public String toString() {
    return steps.isEmpty()
        ? "none"
        : String.join("+", steps.stream().map(FaultStep::toString).toList());
  }
}

package dev.echo;

import dev.echo.internal.Recording;
import dev.echo.internal.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A listener that keeps what a server has seen, for tests to ask for.
 *
 * <p>A test takes the exchanges one after another, each once, and waits for those to come. An
 * exchange is recorded before its reply is written and before its fault: whoever has the reply
 * finds the exchange at once.
 *
 * <pre>{@code
 * EchoRecorder recorder = EchoRecorder.create();
 * try (EchoServer server = EchoServer.builder().listener(recorder).start(Endpoint.tcp(0))) {
 *   try (EchoClient client = EchoClient.connect(server.endpoint())) {
 *     client.send("hello");
 *   }
 *   Exchange exchange = recorder.take();
 *   System.out.println(exchange.received().text()); // hello
 *   recorder.assertQuiet(Duration.ofMillis(10));
 *   EchoRecorder.Closed closed = recorder.takeClosed(Duration.ofSeconds(2));
 *   System.out.println(closed.reason()); // PEER_CLOSED
 * }
 * }</pre>
 *
 * <p>Closed connections and failures are kept likewise, apart from the exchanges; openings and
 * faults are not. Beside another listener a recorder is called by {@link EchoListener#andThen}. It
 * may record several servers.
 *
 * <p><b>Waiting:</b> a timeout is that of the whole call; zero or less looks once at what is there.
 * An interrupt ends the wait, and with a timeout of zero, too, the call, with an {@link
 * InterruptedException}; nothing is taken then. Don't wait on a server's thread.
 *
 * <p><b>Failure:</b> what does not come in time is an {@link AssertionError} that says what came
 * instead: {@code No exchange within 2 s; 3 recorded, 3 taken; the last: 2#1 "hello" → "HELLO"}.
 * There {@code 2#1} is the first message of peer 2. Long messages are cut, and those that are no
 * text are shown in hexadecimal. The cause is the last failure recorded, unless it is taken.
 *
 * <p><b>Bounds:</b> at most so many exchanges are kept, and so many bytes of messages; the oldest
 * are forgotten first, taken or not. Of closed connections as many are kept as of exchanges, and of
 * failures at most 1,000. What has more bytes than all room is forgotten at once, and the others
 * stay. What is forgotten can't be taken any more; the texts of failures count it, and {@link
 * #assertQuiet} fails if it was not taken before.
 *
 * <p><b>Thread safety:</b> may be used by any number of threads, for any number of servers, each of
 * which numbers its peers from 1 on. Each exchange is taken by one of them.
 *
 * @since 0.1.0
 */
public final class EchoRecorder implements EchoListener {

  private static final int DEFAULT_MAX_EXCHANGES = 10_000;
  private static final long DEFAULT_MAX_BYTES = 16L << 20;
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);

  private final Recording recording;

  /**
   * A connection that has closed.
   *
   * @param peer who was connected
   * @param reason why it has closed
   * @since 0.1.0
   */
  public record Closed(Peer peer, CloseReason reason) {

    /**
     * Creates a record.
     *
     * @param peer who was connected
     * @param reason why it has closed
     * @throws NullPointerException if an argument is null
     */
    public Closed {
      Objects.requireNonNull(peer, "peer");
      Objects.requireNonNull(reason, "reason");
    }
  }

  /**
   * A message or connection that was dropped.
   *
   * @param peer whose it was, as in {@link EchoListener#onError}
   * @param error the reason
   * @since 0.1.0
   */
  public record Failed(Peer peer, Throwable error) {

    /**
     * Creates a record.
     *
     * @param peer whose message or connection it was
     * @param error the reason
     * @throws NullPointerException if an argument is null
     */
    public Failed {
      Objects.requireNonNull(peer, "peer");
      Objects.requireNonNull(error, "error");
    }
  }

  private EchoRecorder(int maxExchanges, long maxBytes) {
    recording = new Recording(maxExchanges, maxBytes);
  }

  /**
   * Creates a recorder that keeps 10,000 exchanges with 16 MiB of messages.
   *
   * @return a new recorder
   */
  public static EchoRecorder create() {
    return create(DEFAULT_MAX_EXCHANGES, DEFAULT_MAX_BYTES);
  }

  /**
   * Creates a recorder.
   *
   * @param maxExchanges how many exchanges are kept at most, and how many closed connections
   *     and, up to 1,000, how many failures; 1 or more
   * @param maxBytes how many bytes of messages are kept at most, 1 or more. A message and its reply
   *     count both, unless they are the same object
   * @return a new recorder
   * @throws IllegalArgumentException if a number is less than 1
   */
  public static EchoRecorder create(int maxExchanges, long maxBytes) {
    return new EchoRecorder(
        Settings.inRange(maxExchanges, 1, Integer.MAX_VALUE, "maxExchanges"),
        Settings.positive(maxBytes, "maxBytes"));
  }

  /**
   * Takes the next exchange, and waits for it up to 5 seconds.
   *
   * @return the oldest one that is kept and not taken
   * @throws AssertionError if none comes in time
   * @throws InterruptedException if the thread is interrupted
   */
  public Exchange take() throws InterruptedException {
    return take(DEFAULT_TIMEOUT);
  }

  /**
   * Takes the next exchange, and waits for it.
   *
   * @param timeout for how long
   * @return the oldest one that is kept and not taken
   * @throws AssertionError if none comes in time
   * @throws InterruptedException if the thread is interrupted
   */
  public Exchange take(Duration timeout) throws InterruptedException {
    return recording.take(Objects.requireNonNull(timeout, "timeout"));
  }

  /**
   * Takes the next exchange that matches, and waits for it. The others stay.
   *
   * <p>What was recorded before the time is over is tested, if need be after that. If the predicate
   * throws, so does this method, and nothing is taken.
   *
   * @param which tests each exchange that is not taken at most once, on the calling thread; it may
   *     call this recorder
   * @param timeout for how long
   * @return the oldest one that matches, of those that are kept and not taken
   * @throws AssertionError if none comes in time
   * @throws InterruptedException if the thread is interrupted
   */
  public Exchange take(Predicate<? super Exchange> which, Duration timeout)
      throws InterruptedException {
    Objects.requireNonNull(which, "which");
    return recording.take(which, Objects.requireNonNull(timeout, "timeout"));
  }

  /**
   * Takes the next exchange if it comes in time.
   *
   * @param timeout how long to wait for it
   * @return the oldest one that is kept and not taken, or empty
   * @throws InterruptedException if the thread is interrupted
   */
  public Optional<Exchange> poll(Duration timeout) throws InterruptedException {
    return recording.poll(Objects.requireNonNull(timeout, "timeout"));
  }

  /**
   * Checks that no exchange is left to take, and that none comes for some time; closed connections
   * and failures may. Fails as soon as one comes, even if another thread takes it at once. That
   * nobody else has connected, or nothing has failed, {@link EchoServer#stats} says: {@code
   * totalConnections}, {@code errors}.
   *
   * @param time for how long; zero or less looks once
   * @throws AssertionError if there is one or one comes, which the text shows, or one was forgotten
   *     before it was taken
   * @throws InterruptedException if the thread is interrupted
   */
  public void assertQuiet(Duration time) throws InterruptedException {
    recording.assertQuiet(Objects.requireNonNull(time, "time"));
  }

  /**
   * Takes the next connection that has closed, and waits for it; never over UDP.
   *
   * @param timeout for how long
   * @return the first one that is kept and not taken
   * @throws AssertionError if none closes in time
   * @throws InterruptedException if the thread is interrupted
   */
  public Closed takeClosed(Duration timeout) throws InterruptedException {
    return recording.takeClosed(Objects.requireNonNull(timeout, "timeout"));
  }

  /**
   * Takes the next failure, and waits for it.
   *
   * @param timeout for how long
   * @return the first one that is kept and not taken
   * @throws AssertionError if none comes in time
   * @throws InterruptedException if the thread is interrupted
   */
  public Failed takeFailed(Duration timeout) throws InterruptedException {
    return recording.takeFailed(Objects.requireNonNull(timeout, "timeout"));
  }

  /**
   * Returns all exchanges that are kept, taken ones too.
   *
   * @return a list that does not change, in the order of recording
   */
  public List<Exchange> exchanges() {
    return recording.exchanges();
  }

  /**
   * Returns how many exchanges were forgotten to stay within the bounds, taken ones too. Closed
   * connections and failures have counts of their own, which are in the texts of what fails.
   *
   * @return 0 or more, since the recorder was created or cleared
   */
  public long forgotten() {
    return recording.forgotten();
  }

  /**
   * Forgets all, whether taken or not: exchanges, closed connections and failures. All counts start
   * at 0 again. Threads that wait go on waiting.
   */
  public void clear() {
    recording.clear();
  }

  @Override
  public void onEcho(Exchange exchange) {
    recording.add(Objects.requireNonNull(exchange, "exchange"));
  }

  @Override
  public void onError(Peer peer, Throwable error) {
    recording.add(new Failed(peer, error));
  }

  @Override
  public void onClose(Peer peer, CloseReason reason) {
    recording.add(new Closed(peer, reason));
  }

  /**
   * Says how many exchanges were recorded, taken and forgotten.
   *
   * @return for example {@code EchoRecorder[3 recorded, 1 taken]}
   */
  @Override
  public String toString() {
    return "EchoRecorder[" + recording + "]";
  }
}

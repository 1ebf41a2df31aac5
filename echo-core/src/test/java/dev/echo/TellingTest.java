package dev.echo;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.echo.internal.RemotePeer;
import dev.echo.testing.Until;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/** Tests of a recorder that is told by hand, without a server. */
@Timeout(30)
abstract class TellingTest {

  static final Duration NOW = Duration.ZERO;
  static final Duration SHORT = Duration.ofMillis(50);
  static final Duration LONG = Duration.ofMinutes(1);

  final EchoRecorder recorder = EchoRecorder.create();

  static Peer peer(long number) {
    return new RemotePeer(number, Endpoint.tcp(7));
  }

  static Exchange exchange(long number, Message received, Message reply) {
    return new Exchange(peer(2), number, received, reply, false);
  }

  /** Of the peer 2, with a reply in capitals. */
  static Exchange exchange(long number, String text) {
    return exchange(number, Message.of(text), Message.of(text.toUpperCase(Locale.ROOT)));
  }

  static Exchange tell(EchoRecorder recorder, long number, String text) {
    Exchange exchange = exchange(number, text);
    recorder.onEcho(exchange);
    return exchange;
  }

  static void tellMany(EchoRecorder recorder, int count) {
    LongStream.rangeClosed(1, count).forEach(number -> tell(recorder, number, "m"));
  }

  static String failure(Executable executable) {
    return assertThrows(AssertionError.class, executable).getMessage();
  }

  /** A call on a thread of its own, which waits when this returns. */
  static final class Waiting<T> {

    private final FutureTask<T> task;
    final Thread thread;

    Waiting(Callable<T> call) {
      task = new FutureTask<>(call);
      thread = new Thread(task);
      thread.setDaemon(true);
      thread.start();
      Until.holds(() -> thread.getState() == Thread.State.TIMED_WAITING || task.isDone());
      assertFalse(task.isDone(), "did not wait");
    }

    T get() throws Exception {
      return task.get(10, TimeUnit.SECONDS);
    }

    Throwable failure() {
      return assertThrows(ExecutionException.class, this::get).getCause();
    }
  }

  static Waiting<Void> waitingForQuiet(EchoRecorder recorder) {
    return new Waiting<>(() -> {
      recorder.assertQuiet(LONG);
      return null;
    });
  }
}

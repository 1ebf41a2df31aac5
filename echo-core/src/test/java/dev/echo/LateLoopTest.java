package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.echo.internal.server.ServerBuilder;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.RecordingListener;
import dev.echo.testing.Transport;
import dev.echo.testing.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** An event loop that comes back late, as when its process was stopped or user code took long. */
@Timeout(30)
class LateLoopTest {

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @Test
  void servesWhatCameInTimeAlthoughTheIdleTimeoutHasPassedSince() throws Exception {
    AtomicLong nanos = new AtomicLong();
    AtomicReference<Wire> punctual = new AtomicReference<>();
    MessageTransformer slow = (message, peer) -> {
      if (message.text().equals("slow")) {
        sendUnchecked(punctual.get(), "in time\n");
        nanos.addAndGet(Duration.ofMinutes(2).toNanos());
      }
      return message;
    };
    RecordingListener listener = new RecordingListener();
    try (EchoServer server = new ServerBuilder()
            .transformer(slow)
            .listener(listener)
            .nanoClock(nanos::get)
            .idleTimeout(Duration.ofMinutes(1))
            .start(Transport.UNIX.free()); // where what is sent has arrived at once
        Wire busy = Wire.to(server.endpoint());
        Wire neighbour = Wire.to(server.endpoint());
        Wire silent = Wire.to(server.endpoint())) {
      punctual.set(neighbour);
      assertEquals("hello\n", neighbour.send("hello\n").receiveLine());
      assertEquals("hello\n", silent.send("hello\n").receiveLine());

      assertEquals("slow\n", busy.send("slow\n").receiveLine());

      assertEquals("in time\n", neighbour.receiveLine());
      assertEquals("", silent.receiveToEnd());
      listener.awaitError(); // told after the connection was closed
      assertEquals(1, listener.allErrors.size());
    }
  }

  /** The time on the executor does not count, and what is left of the rest does. */
  @Test
  void closesAConnectionWhoseDeadlineWasPassedOverWhileItsAnswerWasMade() throws Exception {
    AtomicLong nanos = new AtomicLong();
    BlockingQueue<Runnable> answers = new LinkedBlockingQueue<>();
    RecordingListener listener = new RecordingListener();
    try (EchoServer server = new ServerBuilder()
            .executor(answers::add)
            .listener(listener)
            .nanoClock(nanos::get)
            .idleTimeout(Duration.ofMillis(50))
            .start(Transport.UNIX.free());
        Wire peer = Wire.to(server.endpoint())) {
      peer.send("w\n");
      answers.poll(10, TimeUnit.SECONDS).run();
      assertEquals("w\n", peer.receiveLine()); // the last sign of life
      nanos.set(Duration.ofMillis(40).toNanos());
      peer.send("half a line");
      Runnable answer = answers.poll(10, TimeUnit.SECONDS);
      nanos.set(Duration.ofMinutes(1).toNanos());
      try (Wire other = Wire.to(server.endpoint()).send("x\n")) {
        answers.poll(10, TimeUnit.SECONDS).run();
        assertEquals("x\n", other.receiveLine()); // so the loop has passed the deadline over
        answer.run();
        other.send("y\n");
        answers.poll(10, TimeUnit.SECONDS).run();
        assertEquals("y\n", other.receiveLine());
        assertEquals(List.of(), listener.allErrors);

        nanos.addAndGet(Duration.ofMillis(20).toNanos());
        other.send("z\n");
        answers.poll(10, TimeUnit.SECONDS).run();

        assertInstanceOf(EchoTimeoutException.class, listener.awaitError());
        assertEquals("", peer.receiveToEnd());
      }
    }
  }

  private static void sendUnchecked(Wire peer, String text) {
    try {
      peer.send(text);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}

package dev.echo.internal.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.EchoServer;
import dev.echo.EchoTimeoutException;
import dev.echo.MessageTransformer;
import dev.echo.internal.BufferLimit;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.RecordingListener;
import dev.echo.testing.Transport;
import dev.echo.testing.Until;
import dev.echo.testing.Wire;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What is progress, and what happens to connections without any. */
@ParameterizedClass
@EnumSource(names = {"TCP", "UNIX"})
@Timeout(30)
class IdleTimeoutTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @Parameter
  Transport transport;

  private final RecordingListener listener = new RecordingListener();

  @Test
  void closesConnectionsThatAreIdleOrSlow() throws Exception {
    AtomicLong nanos = new AtomicLong();
    try (EchoServer server = new ServerBuilder()
            .nanoClock(nanos::get)
            .idleTimeout(Duration.ofMinutes(1))
            .listener(listener)
            .start(transport.free());
        Wire silent = Wire.to(server.endpoint());
        Wire slow = Wire.to(server.endpoint());
        Wire active = Wire.to(server.endpoint())) {
      silent.send("s\n").receiveLine();
      slow.send("t\n").receiveLine();
      active.send("u\n").receiveLine();

      nanos.addAndGet(Duration.ofSeconds(59).toNanos());
      slow.send("p");
      assertEquals("v\n", active.send("v\n").receiveLine());
      assertEquals(3, server.stats().openConnections());
      nanos.addAndGet(Duration.ofSeconds(1).toNanos());
      assertEquals("w\n", active.send("w\n").receiveLine());

      assertEquals("", silent.receiveToEnd());
      assertEquals("", slow.receiveToEnd());
      assertInstanceOf(EchoTimeoutException.class, listener.awaitError());
      assertTrue(listener.awaitError().getMessage().endsWith(" for 60 s"));
      listener.awaitClose();
      listener.awaitClose();
      assertEquals("x\n", active.send("x\n").receiveLine());
    }
  }

  @Test
  void closesAConnectionThatTakesNoReplies() throws Exception {
    AtomicLong nanos = new AtomicLong();
    try (EchoServer server = new ServerBuilder()
            .nanoClock(nanos::get)
            .idleTimeout(Duration.ofMinutes(1))
            .transformer(MessageTransformer.text(text -> text.repeat(10_000_000)))
            .listener(listener)
            .start(transport.free());
        Wire stalled = Wire.to(server.endpoint())) {
      stalled.send("x\n");
      assertEquals("x", stalled.receive(1));
      while (listener.allErrors.isEmpty()) { // the system may take some more for a while
        nanos.addAndGet(Duration.ofMinutes(1).toNanos());
        try (Wire other = Wire.to(server.endpoint())) { // has the server look at its clock
          assertEquals("", other.halfClose().receiveToEnd());
        }
      }

      Throwable error = listener.awaitError();
      assertInstanceOf(EchoTimeoutException.class, error);
      assertTrue(error.getMessage().startsWith("No reply taken by "), error.getMessage());
    }
  }

  @Test
  void countsIdleTimeFromTheEndOfUserCode() throws Exception {
    AtomicLong nanos = new AtomicLong();
    MessageTransformer slow = (message, peer) -> {
      nanos.addAndGet(Duration.ofMinutes(2).toNanos());
      return message;
    };
    try (EchoServer server = new ServerBuilder()
            .nanoClock(nanos::get)
            .idleTimeout(Duration.ofMinutes(1))
            .transformer(slow)
            .listener(listener)
            .start(transport.free());
        Wire peer = Wire.to(server.endpoint())) {
      for (int i = 0; i < 3; i++) {
        assertEquals("x\n", peer.send("x\n").receiveLine());
      }
      assertEquals(List.of(), listener.allErrors);
    }
  }

  @Test
  void leavesAPeerAloneWhoseReplyIsLongInTheMakingOnTheExecutor() throws Exception {
    AtomicLong nanos = new AtomicLong();
    BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    try (EchoServer server = new ServerBuilder()
            .executor(tasks::add)
            .nanoClock(nanos::get)
            .idleTimeout(Duration.ofMinutes(1))
            .listener(listener)
            .start(transport.free());
        Wire peer = Wire.to(server.endpoint())) {
      peer.send("x\n");
      Runnable answer = tasks.poll(10, TimeUnit.SECONDS);
      nanos.addAndGet(Duration.ofMinutes(2).toNanos());
      try (Wire other = Wire.to(server.endpoint()).send("y\n")) {
        tasks.poll(10, TimeUnit.SECONDS).run();
        assertEquals("y\n", other.receiveLine()); // so the deadlines were looked at
      }

      answer.run();

      assertEquals("x\n", peer.receiveLine());
      assertEquals(List.of(), listener.allErrors);
    }
  }

  @Test
  void leavesAPeerAloneThatTakesItsRepliesSlowly() throws Exception {
    int size = 30_000_000;
    int step = 300_000;
    AtomicLong nanos = new AtomicLong();
    try (EchoServer server = new ServerBuilder()
            .nanoClock(nanos::get)
            .idleTimeout(Duration.ofMinutes(1))
            .maxBufferedBytes(10L * size)
            .transformer(MessageTransformer.text(text -> text.repeat(size)))
            .listener(listener)
            .start(transport.free());
        Wire slow = Wire.to(server.endpoint())) {
      slow.send("x\n");

      for (int received = 0; received < size; received += step) {
        assertEquals(step, slow.receiveBytes(step).length);
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
      }

      assertEquals("\n", slow.receive(1));
      assertEquals(List.of(), listener.allErrors);
    }
  }

  @Test
  void leavesAPeerAloneThatSendsALargeMessageSlowly() throws Exception {
    AtomicLong nanos = new AtomicLong();
    String part = "x".repeat(1_024);
    try (EchoServer server = new ServerBuilder()
            .nanoClock(nanos::get)
            .idleTimeout(Duration.ofMinutes(1))
            .listener(listener)
            .start(transport.free());
        Wire slow = Wire.to(server.endpoint());
        Wire other = Wire.to(server.endpoint())) {
      for (int i = 1; i <= 20; i++) {
        slow.send(part);
        awaitHeld(server, i * part.length());
        nanos.addAndGet(Duration.ofSeconds(50).toNanos());
        assertEquals("x\n", other.send("x\n").receiveLine()); // the deadlines were looked at
      }
      slow.send("\n");

      assertEquals(part.repeat(20) + "\n", slow.receive(20 * part.length() + 1));
      assertEquals(List.of(), listener.allErrors);
    }
  }

  /** Waits until the server has read so much of a message. */
  private static void awaitHeld(EchoServer server, int bytes) {
    BufferLimit buffers = ((AbstractServer) server).buffers;
    Until.holds(() -> buffers.held() >= bytes);
  }

  @Test
  void meetsDeadlinesWhileItPolls() throws Exception {
    EchoServer server = EchoServer.builder()
        .busyPoll(Duration.ofMinutes(1))
        .idleTimeout(Duration.ofMillis(50))
        .start(transport.free());
    try (Wire peer = Wire.to(server.endpoint())) {
      assertEquals("x\n", peer.send("x\n").receiveLine());

      assertEquals("", peer.receiveToEnd());
      server.shutdown();
      assertTrue(server.awaitTermination(SOON));
    }
  }
}

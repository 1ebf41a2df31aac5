package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.testing.Gate;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.Transport;
import dev.echo.testing.Wire;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Threads that wait in a client and are interrupted, or whose client is closed. */
@Timeout(30)
class ClientInterruptTest extends ListeningTest {

  @Test
  void failsItsFuturesWhenTheThreadThatWaitsForThemIsInterrupted() throws Exception {
    try (EchoClient client = EchoClient.connect(endpoint);
        Wire server = accept()) {
      CompletableFuture<Echo> answered = client.sendAsync("a");
      CompletableFuture<Echo> waiting = client.sendAsync("b");
      assertEquals("a\nb\n", server.receive(4));
      server.send("a\n");
      answered.get(10, TimeUnit.SECONDS); // so that the thread waits, and does not start

      NoLeaks.ownThreads().forEach(Thread::interrupt);

      Throwable error = assertThrows(
              ExecutionException.class, () -> waiting.get(10, TimeUnit.SECONDS))
          .getCause();
      assertEquals("The client of " + endpoint + " failed", error.getMessage());
      assertInstanceOf(InterruptedException.class, error.getCause());
      assertFalse(client.isOpen());
    }
  }

  @Test
  void keepsTheInterruptOfASenderThatFindsNoRoom() throws Exception {
    try (EchoClient client = EchoClient.connect(endpoint);
        Wire server = accept()) {
      for (int i = 0; i < 1_024; i++) {
        client.sendAsync("m");
      }
      Thread.currentThread().interrupt();

      CompletableFuture<Echo> interrupted = client.sendAsync("n");

      assertTrue(Thread.interrupted());
      Throwable error = assertThrows(
              ExecutionException.class, () -> interrupted.get(10, TimeUnit.SECONDS))
          .getCause();
      assertInstanceOf(InterruptedIOException.class, error);
      assertEquals("Interrupted while sending to " + endpoint, error.getMessage());
      assertEquals("m\n".repeat(1_024), server.receive(2 * 1_024));
    }
  }

  @Test
  void wakesUpAllWhoWaitWhenItIsClosed() throws Exception {
    Duration longer = Duration.ofMinutes(1);
    EchoClient client = EchoClient.builder().timeout(longer).connect(endpoint);
    try (Wire server = accept()) {
      List<CompletableFuture<Echo>> echoes =
          List.of(sendElsewhere(client, "a"), sendElsewhere(client, "b"));
      server.receive(4);

      client.close();

      for (CompletableFuture<Echo> echo : echoes) {
        Throwable error = assertThrows(
                ExecutionException.class, () -> echo.get(10, TimeUnit.SECONDS))
            .getCause();
        assertEquals("The client of " + endpoint + " is closed", error.getMessage());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void wakesUpWhoeverWaitsWhenItIsClosed(Transport transport) throws Exception {
    Gate gate = new Gate();
    try (EchoServer server =
        EchoServer.builder().transformer(gate.transformer()).start(transport.free())) {
      EchoClient client = EchoClient.connect(server.endpoint());
      AtomicReference<Throwable> failure = new AtomicReference<>();
      Thread sender =
          new Thread(() -> failure.set(assertThrows(IOException.class, () -> client.send("x"))));
      sender.start();
      gate.awaitEntered();

      client.close();
      sender.join(10_000);

      assertEquals(
          "The client of " + server.endpoint() + " is closed", failure.get().getMessage());
      assertFalse(client.isOpen());
      client.close();
      ExecutionException error = assertThrows(
          ExecutionException.class, () -> client.sendAsync("y").get(10, TimeUnit.SECONDS));
      assertInstanceOf(IOException.class, error.getCause());
      gate.open();
    }
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void stopsWaitingWhenInterrupted(Transport transport) throws Exception {
    stopWaiting(transport, Duration.ZERO);
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void stopsPollingWhenInterrupted(Transport transport) throws Exception {
    stopWaiting(transport, Duration.ofMinutes(1));
  }

  private static void stopWaiting(Transport transport, Duration busyPoll) throws Exception {
    Gate gate = new Gate();
    try (EchoServer server =
            EchoServer.builder().transformer(gate.transformer()).start(transport.free());
        EchoClient client = EchoClient.builder()
            .busyPoll(busyPoll)
            .timeout(Duration.ofMinutes(1))
            .connect(server.endpoint())) {
      CountDownLatch interrupted = new CountDownLatch(1);
      Thread sender = new Thread(() -> {
        assertThrows(InterruptedException.class, () -> client.send("x"));
        interrupted.countDown();
      });
      sender.start();
      gate.awaitEntered();
      sender.interrupt();
      assertTrue(interrupted.await(10, TimeUnit.SECONDS));
      gate.open();

      assertEquals("y", client.send("y").message().text());
    }
  }

  private static CompletableFuture<Echo> sendElsewhere(EchoClient client, String text) {
    CompletableFuture<Echo> echo = new CompletableFuture<>();
    Thread sender = new Thread(() -> {
      try {
        echo.complete(client.send(text));
      } catch (IOException | InterruptedException e) {
        echo.completeExceptionally(e);
      }
    });
    sender.start();
    return echo;
  }
}

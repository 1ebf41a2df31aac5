package dev.echo.internal.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.CloseReason;
import dev.echo.EchoListener;
import dev.echo.EchoServer;
import dev.echo.MessageTransformer;
import dev.echo.Peer;
import dev.echo.testing.Gate;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.RecordingListener;
import dev.echo.testing.Transport;
import dev.echo.testing.Wire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** How connections end when the end of their server is forced. */
@ParameterizedClass
@EnumSource(names = {"TCP", "UNIX"})
@Timeout(30)
class ForcedEndTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @Parameter
  Transport transport;

  private final RecordingListener listener = new RecordingListener();

  @Test
  void closesConnectionsWhenForcedToEnd() throws Exception {
    EchoServer server =
        EchoServer.builder().eventLoops(2).listener(listener).start(transport.free());
    try (Wire first = Wire.to(server.endpoint());
        Wire second = Wire.to(server.endpoint())) {
      first.send("1\n").receiveLine();
      second.send("2\n").receiveLine();

      server.shutdownNow();

      assertTrue(server.awaitTermination(SOON));
      assertEquals("", first.receiveToEnd());
      assertEquals("", second.receiveToEnd());
      assertEquals(2, listener.events.stream().filter("close"::equals).count());
      assertEquals("termination", listener.events.get(listener.events.size() - 1));
    }
  }

  @Test
  void interruptsUserCodeThatBlocksOnceTheEndIsForcedUntilItHasEnded() throws Exception {
    int peers = 3;
    CountDownLatch never = new CountDownLatch(1);
    List<String> interrupted = new ArrayList<>();
    EchoListener blocking = new EchoListener() {
      @Override
      public void onClose(Peer peer, CloseReason reason) {
        block("close");
      }

      @Override
      public void onTermination() {
        block("termination");
      }

      private void block(String where) {
        try {
          never.await();
        } catch (InterruptedException e) { // which clears it
          interrupted.add(where);
        }
      }
    };
    EchoServer server = EchoServer.builder().listener(blocking).start(transport.free());
    List<Wire> wires = new ArrayList<>();
    for (int i = 0; i < peers; i++) {
      wires.add(Wire.to(server.endpoint()));
      assertEquals("x\n", wires.get(i).send("x\n").receiveLine());
    }

    server.shutdownNow();

    assertTrue(server.awaitTermination(SOON), () -> "interrupted: " + interrupted);
    assertEquals(List.of("close", "close", "close", "termination"), interrupted);
    for (Wire wire : wires) {
      wire.close();
    }
  }

  @Test
  void answersNoFurtherMessageOnceTheEndIsForced() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    AtomicInteger calls = new AtomicInteger();
    MessageTransformer blocking = (message, peer) -> {
      calls.incrementAndGet();
      entered.countDown();
      try {
        never.await();
      } catch (InterruptedException e) {
        return message; // without a word of it
      }
      return message;
    };
    EchoServer server = EchoServer.builder().transformer(blocking).start(transport.free());
    try (Wire peer = Wire.to(server.endpoint())) {
      peer.send("1\n2\n3\n");
      assertTrue(entered.await(10, TimeUnit.SECONDS));

      server.shutdownNow();

      assertTrue(server.awaitTermination(SOON));
      assertEquals(1, calls.get());
    }
  }

  @Test
  void endsHoweverOftenItIsForcedTo() throws Exception {
    for (int round = 0; round < 100; round++) {
      EchoServer server = EchoServer.builder().eventLoops(2).start(transport.free());
      try (Wire first = Wire.to(server.endpoint());
          Wire second = Wire.to(server.endpoint())) {
        assertEquals("1\n", first.send("1\n").receiveLine());
        assertEquals("2\n", second.send("2\n").receiveLine());
        CompletableFuture<Void> other = CompletableFuture.runAsync(server::shutdownNow);
        server.shutdown();
        server.shutdownNow();

        assertTrue(server.awaitTermination(SOON), "round " + round);
        assertEquals(0, server.stats().openConnections());
        other.get(10, TimeUnit.SECONDS);
      }
    }
  }

  @Test
  void tellsNothingAfterTheForcedEndOfAServerWithAnExecutor() throws Exception {
    Gate gate = new Gate();
    ExecutorService executor = Executors.newSingleThreadExecutor();
    EchoServer server = EchoServer.builder()
        .executor(executor)
        .listener(listener)
        .transformer(gate.transformer())
        .start(transport.free());
    try (Wire peer = Wire.to(server.endpoint())) {
      peer.send("1\n2\n");
      gate.awaitEntered();
      server.shutdownNow();
      assertTrue(server.awaitTermination(SOON));
    }
    gate.open();
    executor.shutdown();
    assertTrue(executor.awaitTermination(10, TimeUnit.SECONDS));

    assertEquals(1, server.stats().messages()); // the second is not answered
    assertEquals(List.of("start", "open", "close", "termination"), listener.events);
  }
}

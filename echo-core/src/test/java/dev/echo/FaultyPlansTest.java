package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoMoreInteractions;
import static org.mockito.Mockito.when;

import dev.echo.testing.Gate;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.RecordingListener;
import dev.echo.testing.Transport;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Plans as user code: how they are asked, and what they may do. */
@ParameterizedClass
@EnumSource(Transport.class)
@Timeout(60)
class FaultyPlansTest {

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @Parameter
  Transport transport;

  private final RecordingListener listener = new RecordingListener();
  private final ExecutorService executor = Executors.newFixedThreadPool(2);

  @AfterEach
  void endExecutor() {
    executor.shutdownNow();
  }

  private EchoServer start(FaultPlan plan) throws IOException {
    return EchoServer.builder()
        .faults(plan)
        .quitWhen(QuitPredicate.textEquals("quit"))
        .listener(listener)
        .start(transport.free());
  }

  private static EchoClient connect(EchoServer server) throws IOException {
    return EchoClient.builder().timeout(Duration.ofMillis(500)).connect(server.endpoint());
  }

  private static void assertServes(EchoServer server) throws Exception {
    try (EchoClient client = EchoClient.connect(server.endpoint())) {
      assertEquals("ok", client.send("ok").message().text());
    }
  }

  @Test
  void asksOnceForEachMessageButThoseThatQuit() throws Exception {
    FaultPlan plan = mock(FaultPlan.class);
    when(plan.faultFor(any())).thenReturn(Fault.none());
    try (EchoServer server = start(plan);
        EchoClient client = EchoClient.connect(server.endpoint())) {
      client.send("1");
      client.send("2");
      client.send("quit");

      verify(plan, times(2)).faultFor(any());
      verify(plan, times(transport.isStream() ? 1 : 0)).faultOnOpen(any());
      verifyNoMoreInteractions(plan);
      assertEquals(0, server.stats().errors());
    }
  }

  @Test
  void tellsOfTheExchangeBeforeItAsks() throws Exception {
    AtomicReference<List<String>> told = new AtomicReference<>();
    FaultPlan plan = exchange -> {
      told.set(List.copyOf(listener.events));
      return Fault.none();
    };
    try (EchoServer server = start(plan);
        EchoClient client = EchoClient.connect(server.endpoint())) {
      client.send("1");

      assertTrue(told.get().contains("echo 1"), told.get().toString());
    }
  }

  @Test
  void containsWhatAPlanThrows() throws Exception {
    for (Throwable failure : List.of(new IllegalStateException("x"), new AssertionError("x"))) {
      FaultPlan plan = exchange -> {
        if (exchange.received().text().equals("fail")) {
          if (failure instanceof Error error) {
            throw error;
          }
          throw (RuntimeException) failure;
        }
        return Fault.none();
      };
      try (EchoServer server = start(plan)) {
        try (EchoClient client = connect(server)) {
          assertThrows(IOException.class, () -> client.send("fail"));
          assertEquals(failure, listener.awaitError());
        }
        assertServes(server);
        assertEquals(1, server.stats().dropped());
        assertEquals(0, server.stats().faults());
      }
      assertEquals(1, noLeaks.takeWarnings().size());
    }
  }

  @Test
  void containsAPlanThatReturnsNull() throws Exception {
    FaultPlan plan = exchange -> exchange.received().text().equals("fail") ? null : Fault.none();
    try (EchoServer server = start(plan)) {
      try (EchoClient client = connect(server)) {
        assertThrows(IOException.class, () -> client.send("fail"));
        String message = listener.awaitError().getMessage();
        assertTrue(message.endsWith(" returned null"), message);
      }
      assertServes(server);
    }
    assertEquals(1, noLeaks.takeWarnings().size());
  }

  @Test
  void containsAPlanThatThrowsWhenAConnectionOpens() throws Exception {
    assumeTrue(transport.isStream(), "UDP has no connections");
    IllegalStateException failure = new IllegalStateException("x");
    FaultPlan plan = new FaultPlan() {
      @Override
      public Fault faultFor(Exchange exchange) {
        return Fault.none();
      }

      @Override
      public Fault faultOnOpen(Peer peer) {
        if (peer.number() == 1) {
          throw failure;
        }
        return peer.number() == 2 ? Fault.drop() : Fault.none();
      }
    };
    try (EchoServer server = start(plan)) {
      try (EchoClient first = connect(server);
          EchoClient second = connect(server)) {
        assertThrows(IOException.class, () -> first.send("1"));
        assertEquals(failure, listener.awaitError());
        assertEquals(CloseReason.FAILED, listener.awaitClose());
        assertThrows(IOException.class, () -> second.send("1"));
        assertTrue(listener.awaitError().getMessage().contains("drop"));
        assertEquals(CloseReason.FAILED, listener.awaitClose());
      }
      assertServes(server);
    }
    assertEquals(1, noLeaks.takeWarnings().size());
  }

  @Test
  void holdsUpNobodyElseWhenAPlanBlocksOnTheExecutor() throws Exception {
    Gate gate = new Gate();
    FaultPlan plan = exchange -> {
      if (exchange.received().text().equals("block")) {
        gate.enter();
      }
      return Fault.none();
    };
    try (EchoServer server =
            EchoServer.builder().faults(plan).executor(executor).start(transport.free());
        EchoClient client = EchoClient.connect(server.endpoint())) {
      CompletableFuture<Echo> blocked = client.sendAsync("block");
      gate.awaitEntered();
      assertServes(server);
      gate.open();

      assertEquals("block", blocked.get(10, TimeUnit.SECONDS).message().text());
    }
  }

  @Test
  void letsAPlanTakeTheServerDown() throws Exception {
    AtomicReference<EchoServer> running = new AtomicReference<>();
    FaultPlan plan = exchange -> {
      running.get().close();
      return Fault.delay(Duration.ofHours(1));
    };
    try (EchoServer server = start(plan);
        EchoClient client = connect(server)) {
      running.set(server);

      assertThrows(IOException.class, () -> client.send("1"));
      assertTrue(server.awaitTermination(Duration.ofSeconds(10)));
    }
  }

  @Test
  void containsAListenerThatThrowsInOnFault() throws Exception {
    EchoListener failing = new EchoListener() {
      @Override
      public void onFault(Exchange exchange, Fault fault) {
        throw new IllegalStateException("x");
      }
    };
    try (EchoServer server = EchoServer.builder()
            .faults(FaultPlan.every(1, Fault.corrupt(1)))
            .listener(failing)
            .start(transport.free());
        EchoClient client = EchoClient.connect(server.endpoint())) {
      assertEquals(2, client.send("ok").message().size());
      assertEquals(1, server.stats().faults());
    }
    assertEquals(1, noLeaks.takeWarnings().size());
  }
}

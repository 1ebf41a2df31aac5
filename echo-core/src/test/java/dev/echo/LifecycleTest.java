package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.echo.testing.Gate;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.RecordingListener;
import dev.echo.testing.Transport;
import dev.echo.testing.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@EnumSource(Transport.class)
@Timeout(30)
class LifecycleTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @Parameter
  Transport transport;

  @Test
  void tellsTheRealEndpointAndNamesItsThreadAfterIt() throws Exception {
    try (EchoServer server = EchoServer.start(transport.free())) {
      Endpoint endpoint = server.endpoint();

      if (endpoint instanceof Endpoint.Tcp tcp) {
        assertNotEquals(0, tcp.port());
      } else if (endpoint instanceof Endpoint.Udp udp) {
        assertNotEquals(0, udp.port());
      }
      String name =
          "echo-server-" + endpoint.toString().replace("://", "-").replace(":/", "-/") + "-0";
      List<Thread> threads = noLeaks.threads();
      assertEquals(List.of(name), threads.stream().map(Thread::getName).toList());
      assertFalse(threads.get(0).isDaemon());
      assertFalse(server.isTerminated());
      assertFalse(server.awaitTermination(Duration.ZERO));
    }
  }

  @Test
  void closesTwiceAndFromManyThreads() throws Exception {
    EchoServer server = EchoServer.start(transport.free());
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<CompletableFuture<Void>> closing = java.util.stream.Stream.generate(
              () -> CompletableFuture.runAsync(server::close, threads))
          .limit(4)
          .toList();
      CompletableFuture.allOf(closing.toArray(new CompletableFuture<?>[0]))
          .get(10, TimeUnit.SECONDS);
    } finally {
      threads.shutdown();
    }

    assertTrue(server.isTerminated());
    server.close();
    server.shutdown();
    server.shutdownNow();
    server.awaitTermination();
  }

  @Test
  void tellsTheListenerTheWholeStory() throws Exception {
    RecordingListener listener = new RecordingListener();
    try (EchoServer server = EchoServer.builder().listener(listener).start(transport.free());
        EchoClient client = EchoClient.connect(server.endpoint())) {
      client.send("x");
    }

    assertEquals(
        transport.isStream()
            ? List.of("start", "open", "echo x", "close", "termination")
            : List.of("start", "echo x", "termination"),
        listener.events);
  }

  @ParameterizedTest
  @ValueSource(strings = {"onEcho", "transform", "test"})
  void closesFromUserCodeWithoutWaitingForItself(String where) throws Exception {
    AtomicReference<EchoServer> server = new AtomicReference<>();
    EchoListener listener = new EchoListener() {
      @Override
      public void onEcho(Exchange exchange) {
        if (where.equals("onEcho")) {
          server.get().close();
        }
      }
    };
    server.set(EchoServer.builder()
        .listener(listener)
        .closeTimeout(Duration.ofMinutes(1))
        .transformer((message, peer) -> {
          if (where.equals("transform")) {
            server.get().close();
          }
          return message;
        })
        .quitWhen((message, peer) -> {
          if (where.equals("test")) {
            server.get().close();
          }
          return false;
        })
        .start(transport.free()));
    try (EchoClient client = EchoClient.connect(server.get().endpoint())) {
      assertEquals("bye", client.send("bye").message().text());

      assertTrue(server.get().awaitTermination(SOON));
    }
  }

  @Test
  void answersThoseThatHaveConnectedBeforeTheEnd() throws Exception {
    assumeTrue(transport.isStream());
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    MessageTransformer transformer = (message, peer) -> {
      entered.countDown();
      try {
        assertTrue(released.await(20, TimeUnit.SECONDS));
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      return message;
    };
    try (EchoServer server = EchoServer.builder().transformer(transformer).start(transport.free());
        Wire first = Wire.to(server.endpoint()).send("first\n")) {
      assertTrue(entered.await(20, TimeUnit.SECONDS));
      try (Wire second = Wire.to(server.endpoint()).send("second\n")) {
        server.shutdown();
        released.countDown();

        assertEquals("first\n", first.receive(6));
        assertEquals("second\n", second.receive(7));
      }
    }
  }

  @Test
  void closesFromUserCodeOnAnExecutor() throws Exception {
    ExecutorService executor = Executors.newSingleThreadExecutor();
    AtomicReference<EchoServer> server = new AtomicReference<>();
    server.set(EchoServer.builder()
        .executor(executor)
        .closeTimeout(Duration.ofMinutes(1))
        .transformer((message, peer) -> {
          server.get().close();
          return message;
        })
        .start(transport.free()));
    try (EchoClient client = EchoClient.connect(server.get().endpoint())) {
      assertEquals("bye", client.send("bye").message().text());

      assertTrue(server.get().awaitTermination(SOON));
    } finally {
      executor.shutdown();
    }
  }

  @Test
  void closesFromTheLastCallOfTheListener() throws Exception {
    AtomicReference<EchoServer> server = new AtomicReference<>();
    server.set(EchoServer.builder()
        .listener(new EchoListener() {
          @Override
          public void onTermination() {
            server.get().close();
          }
        })
        .start(transport.free()));

    server.get().close();

    assertTrue(server.get().isTerminated());
  }

  @Test
  void forcesTheEndOfUserCodeThatBlocks() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    CountDownLatch entered = new CountDownLatch(1);
    EchoServer server = EchoServer.builder()
        .closeTimeout(Duration.ofMillis(100))
        .transformer((message, peer) -> {
          entered.countDown();
          try {
            never.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return message;
        })
        .start(transport.free());
    try (EchoClient client = EchoClient.connect(server.endpoint())) {
      client.sendAsync("x");
      assertTrue(entered.await(10, TimeUnit.SECONDS));

      long start = System.nanoTime();
      server.close();

      assertTrue(server.isTerminated());
      assertTrue(System.nanoTime() - start < Duration.ofSeconds(5).toNanos());
    }
  }

  @Test
  void returnsFromCloseAlthoughUserCodeNeverEnds() throws Exception {
    Gate gate = new Gate();
    EchoServer server = EchoServer.builder()
        .closeTimeout(Duration.ofMillis(50))
        .transformer(gate.transformer())
        .start(transport.free());
    try (EchoClient client = EchoClient.connect(server.endpoint())) {
      client.sendAsync("x");
      gate.awaitEntered();

      server.close();

      assertFalse(server.isTerminated());
      gate.open();
      assertTrue(server.awaitTermination(SOON));
    }
  }

  @Test
  void keepsTheInterruptOfTheThreadThatCloses() throws Exception {
    EchoServer server = EchoServer.start(transport.free());

    Thread.currentThread().interrupt();
    server.close();

    assertTrue(Thread.interrupted());
    assertTrue(server.awaitTermination(SOON));
  }

  @Test
  void leavesNoSocketFileWhenItEnds() throws Exception {
    Endpoint endpoint = transport.free();
    EchoServer.start(endpoint).close();

    if (endpoint instanceof Endpoint.Unix unix) {
      assertFalse(Files.exists(unix.path()));
      EchoServer.start(endpoint).close();
    }
  }

  private static void sendOnce(Endpoint endpoint) throws Exception {
    try (EchoClient client = EchoClient.connect(endpoint)) {
      client.send("x");
    }
  }

  @Test
  void answersWhatItHasReceivedWhenItIsShutDown() throws Exception {
    Gate gate = new Gate();
    EchoServer server = EchoServer.builder()
        .closeTimeout(SOON)
        .transformer(gate.transformer())
        .start(transport.free());
    try (EchoClient client = EchoClient.connect(server.endpoint())) {
      CompletableFuture<Echo> first = client.sendAsync("first");
      gate.awaitEntered();
      server.shutdown();
      gate.open();

      assertEquals("first", first.get(10, TimeUnit.SECONDS).message().text());
      assertTrue(server.awaitTermination(SOON));
    }
  }

  @Test
  void leavesNothingWhenStartFails() throws Exception {
    try (EchoServer server = EchoServer.start(transport.free())) {
      IOException error =
          assertThrows(IOException.class, () -> EchoServer.start(server.endpoint()));

      assertEquals(java.net.BindException.class, error.getClass());
      assertTrue(error.getMessage().contains(server.endpoint().toString()), error.getMessage());
      assertEquals(1, noLeaks.threads().size());
      sendOnce(server.endpoint());
    }
  }
}

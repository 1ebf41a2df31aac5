package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.internal.server.ServerBuilder;
import dev.echo.testing.Gate;
import dev.echo.testing.RecordingListener;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.PortUnreachableException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** How a server over UDP ends that receives on several threads. */
class DatagramLoopEndsTest extends ManyLoopsTest {

  @ParameterizedTest
  @CsvSource({"127.0.0.1, false", "127.0.0.1, true", "0.0.0.0, false", "0.0.0.0, true"})
  void answersAllThatHasArrivedBeforeShutdown(String host, boolean onExecutor) throws Exception {
    Gate gate = new Gate();
    EchoServer.Builder builder = builder().transformer(gate.transformer());
    ExecutorService executor = Executors.newFixedThreadPool(2);
    if (onExecutor) {
      builder.executor(executor);
    }
    EchoServer server = builder.start(Endpoint.udp(host, 0));
    try {
      List<DatagramSocket> senders = connectAll(server);
      for (int i = 0; i < 5; i++) {
        for (DatagramSocket sender : senders) {
          send(sender, Integer.toString(i));
        }
      }
      gate.awaitEntered();

      server.shutdown();
      gate.open();

      assertTrue(server.awaitTermination(SOON));
      assertEquals(5 * SENDERS, server.stats().messages());
      for (DatagramSocket sender : senders) {
        for (int i = 0; i < 5; i++) {
          receive(sender);
        }
      }
    } finally {
      gate.open();
      server.shutdownNow();
      executor.shutdown();
    }
  }

  @Test
  void interruptsUserCodeOnEachThreadWhenTheEndIsForced() throws Exception {
    Set<Thread> entered = ConcurrentHashMap.newKeySet();
    CountDownLatch two = new CountDownLatch(2);
    CountDownLatch never = new CountDownLatch(1);
    MessageTransformer blocking = (message, peer) -> {
      if (entered.add(Thread.currentThread())) {
        two.countDown();
      }
      try {
        never.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return message;
    };
    EchoServer server = builder().transformer(blocking).start(Endpoint.udp(0));
    try {
      for (DatagramSocket sender : connectAll(server)) {
        send(sender, "x");
      }
      assertTrue(two.await(10, TimeUnit.SECONDS));

      server.shutdownNow();

      assertTrue(server.awaitTermination(SOON));
      assertEquals(List.of(), noLeaks.threads());
    } finally {
      server.shutdownNow();
    }
  }

  enum End {
    QUIT,
    CLOSE,
    SHUTDOWN,
    SHUTDOWN_NOW
  }

  @ParameterizedTest
  @EnumSource(End.class)
  void endsFromAThreadOfItsOwn(End end) throws Exception {
    EchoServer[] server = new EchoServer[1];
    server[0] = builder()
        .quitWhen((message, peer) -> end == End.QUIT, QuitScope.SERVER)
        .transformer((message, peer) -> {
          switch (end) {
            case CLOSE -> server[0].close();
            case SHUTDOWN -> server[0].shutdown();
            default -> server[0].shutdownNow();
          }
          return message;
        })
        .start(Endpoint.udp(0));
    try {
      DatagramSocket sender = connect(server[0]);
      send(sender, "x");

      assertTrue(server[0].awaitTermination(SOON));
      if (end != End.SHUTDOWN_NOW) {
        assertEquals("x", receive(sender));
        assertEquals(0, server[0].stats().errors());
      }
      assertEquals(List.of(), noLeaks.threads());
    } finally {
      server[0].shutdownNow();
    }
  }

  @Test
  void endsHoweverOftenItIsForcedTo() throws Exception {
    for (int round = 0; round < 50; round++) {
      EchoServer server = builder().start(Endpoint.udp(0));
      if (round % 2 == 0) {
        DatagramSocket sender = connect(server);
        send(sender, "x");
        assertEquals("x", receive(sender));
      }
      server.shutdown();
      server.shutdownNow();

      assertTrue(server.awaitTermination(SOON), "round " + round);
      assertEquals(0, server.stats().errors());
    }
  }

  @Test
  void endsAllThreadsWhenOneDies() throws Exception {
    RecordingListener listener = new RecordingListener();
    LongSupplier clock = () -> {
      if (Thread.currentThread().getName().endsWith("-1")) {
        throw new IllegalStateException("for the test");
      }
      return 0;
    };
    EchoServer server = new ServerBuilder()
        .nanoClock(clock)
        .maxSenderRate(1_000)
        .listener(listener)
        .eventLoops(2)
        .start(Endpoint.udp(0));
    try {
      for (DatagramSocket sender : connectAll(server)) {
        sendIfThere(sender);
      }

      assertTrue(server.awaitTermination(SOON));
      assertEquals("for the test", listener.awaitError().getMessage());
      assertEquals(1, noLeaks.takeWarnings().size());
      assertEquals("termination", listener.events.get(listener.events.size() - 1));
    } finally {
      server.shutdownNow();
    }
  }

  private static void sendIfThere(DatagramSocket socket) throws IOException {
    try {
      send(socket, "x");
    } catch (PortUnreachableException e) {
      // The server has ended by now.
    }
  }

  @Test
  void leavesItsPortToNoOtherServer() throws Exception {
    try (EchoServer server = builder().start(Endpoint.udp(0))) {
      Endpoint taken = server.endpoint();

      assertThrows(BindException.class, () -> EchoServer.start(taken));
      assertThrows(BindException.class, () -> builder().start(taken));
      assertThrows(
          BindException.class, () -> builder().start(Endpoint.udp("0.0.0.0", taken.port())));
    }
  }

  /** In its polling it takes the wake-up of the end. */
  @Test
  void endsWhileItPolls() throws Exception {
    for (int i = 0; i < 40; i++) {
      EchoServer server =
          EchoServer.builder().eventLoops(2).busyPoll(Duration.ofMillis(50)).start(Endpoint.udp(0));
      try (EchoClient client = EchoClient.connect(server.endpoint())) {
        client.send("x");
      }

      server.shutdown();

      assertTrue(server.awaitTermination(SOON));
    }
  }
}

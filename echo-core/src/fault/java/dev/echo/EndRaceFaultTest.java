package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.testing.NoLeaks;
import dev.echo.testing.RecordingListener;
import dev.echo.testing.Seeds;
import dev.echo.testing.Transport;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Threads that end a server at once, each in its way, while others connect and wait for the end.
 */
@Timeout(120)
class EndRaceFaultTest {

  private static final int ROUNDS = 100;
  private static final int THREADS = 6;
  private static final Duration SOON = Duration.ofSeconds(10);

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  private enum Call {
    SHUTDOWN,
    SHUTDOWN_NOW,
    CLOSE,
    AWAIT,
    AWAIT_A_WHILE,
    CONNECT;

    void on(EchoServer server) throws Exception {
      switch (this) {
        case SHUTDOWN -> server.shutdown();
        case SHUTDOWN_NOW -> server.shutdownNow();
        case CLOSE -> {
          server.close();
          assertTrue(server.isTerminated());
        }
        case AWAIT -> {
          server.awaitTermination();
          assertTrue(server.isTerminated());
        }
        case AWAIT_A_WHILE -> assertTrue(server.awaitTermination(SOON));
        case CONNECT -> sendOnce(server.endpoint());
      }
    }

    private static void sendOnce(Endpoint endpoint) throws InterruptedException {
      Duration moment = Duration.ofMillis(50); // a datagram to a server that has ended gets lost
      try (EchoClient client = EchoClient.builder().timeout(moment).connect(endpoint)) {
        assertEquals("x", client.send("x").message().text());
      } catch (IOException e) {
        // It came too late.
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void endsOnceWhateverIsCalledAtOnce(Transport transport) throws Exception {
    long seed = Seeds.any();
    Random random = new Random(seed);
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      for (int round = 0; round < ROUNDS; round++) {
        RecordingListener listener = new RecordingListener();
        EchoServer server = EchoServer.builder()
            .listener(listener)
            .eventLoops(1 + random.nextInt(2))
            .start(transport.free());
        callAtOnce(server, calls(random), threads);

        assertTrue(server.awaitTermination(SOON));
        check(listener.events);
      }
    } catch (Exception | AssertionError e) {
      throw new AssertionError("With -Dseed=" + seed, e);
    } finally {
      threads.shutdown();
    }
  }

  /** One that ends the server, and any others. */
  private static List<Call> calls(Random random) {
    List<Call> calls = new ArrayList<>();
    calls.add(Call.values()[random.nextInt(3)]);
    while (calls.size() < THREADS) {
      calls.add(Call.values()[random.nextInt(Call.values().length)]);
    }
    return calls;
  }

  private static void callAtOnce(EchoServer server, List<Call> calls, ExecutorService threads)
      throws Exception {
    CyclicBarrier start = new CyclicBarrier(calls.size());
    List<Future<?>> running = new ArrayList<>();
    for (Call call : calls) {
      running.add(threads.submit(() -> {
        start.await(10, TimeUnit.SECONDS);
        call.on(server);
        return null;
      }));
    }
    for (Future<?> one : running) {
      one.get(20, TimeUnit.SECONDS);
    }
  }

  private static void check(List<String> events) {
    assertEquals("start", events.get(0));
    assertEquals("termination", events.get(events.size() - 1));
    assertEquals(1, Collections.frequency(events, "termination"));
    assertEquals(Collections.frequency(events, "open"), Collections.frequency(events, "close"));
  }
}

package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.testing.Certificates;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.Seeds;
import dev.echo.testing.Transport;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Servers of all kinds that are shut down at random moments, while their peers send all they can.
 */
@Timeout(180)
class ShutdownUnderLoadFaultTest {

  private static final int RUNS = 120;
  private static final int PEERS = 4;
  private static final int MAX_MESSAGES_BEFORE = 2_000;

  /** The default close timeout, and half a second. */
  private static final long MAX_NANOS = Duration.ofMillis(2_500).toNanos();

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  private enum Caller {
    THREAD,
    THREAD_TWICE,
    THREADS_AT_ONCE,
    LISTENER,
    TRANSFORMER
  }

  @Test
  void answersWhatItHasReadAndEndsInTime() throws Exception {
    long seed = Seeds.any();
    long[] nanos = new long[RUNS];
    for (int i = 0; i < RUNS; i++) {
      try (Run run = new Run(i, seed + i)) {
        nanos[i] = run.measure();
        assertTrue(nanos[i] <= MAX_NANOS, "ended after " + nanos[i] + " ns");
      } catch (Exception | AssertionError e) {
        throw new AssertionError("Run " + i + " with -Dseed=" + seed, e);
      }
    }

    Arrays.sort(nanos);
    System.out.printf(
        "%d servers shut down under load: ended after %.1f ms (median), %.1f ms (longest); seed %d%n",
        RUNS, nanos[RUNS / 2] / 1e6, nanos[RUNS - 1] / 1e6, seed);
  }

  /** One server and its peers. */
  private static final class Run implements AutoCloseable {

    private final Random random;
    private final Caller caller;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ExecutorService executor;
    private final AtomicIntegerArray transformed = new AtomicIntegerArray(PEERS);
    private final AtomicIntegerArray answered = new AtomicIntegerArray(PEERS);
    private final AtomicInteger countdown;
    private final CountDownLatch moment = new CountDownLatch(1);
    private final EchoServer server;
    private final List<PipeliningPeer> peers = new ArrayList<>();

    Run(int index, long seed) throws IOException {
      random = new Random(seed);
      caller = Caller.values()[random.nextInt(Caller.values().length)];
      countdown = new AtomicInteger(1 + random.nextInt(MAX_MESSAGES_BEFORE));
      Transport transport = Transport.values()[index % 3];
      boolean tls = transport == Transport.TCP && random.nextInt(3) == 0;
      executor = random.nextBoolean() ? Executors.newFixedThreadPool(2) : null;
      server = start(transport, tls);
      for (int name = 0; name < PEERS; name++) {
        Random own = new Random(random.nextLong());
        Endpoint endpoint = server.endpoint();
        peers.add(
            tls
                ? new PipeliningPeer.OfTls(endpoint, name, own)
                : transport.isStream()
                    ? new PipeliningPeer.OfStream(endpoint, name, own)
                    : new PipeliningPeer.OfDatagrams(endpoint, name, own));
      }
    }

    private EchoServer start(Transport transport, boolean tls) throws IOException {
      EchoServer.Builder builder = EchoServer.builder()
          .eventLoops(1 + random.nextInt(2))
          .transformer((message, peer) -> {
            transformed.incrementAndGet(name(message));
            if (caller == Caller.TRANSFORMER && countdown.get() <= 1) {
              server().shutdown();
            }
            return Message.of(message.text() + "!");
          })
          .listener(new EchoListener() {
            @Override
            public void onEcho(Exchange exchange) {
              echoed(exchange);
            }
          });
      if (executor != null) {
        builder.executor(executor);
      }
      if (tls) {
        builder.sslContext(Certificates.of("server"));
      }
      return builder.start(transport.free());
    }

    /** For user code, which is there before the server is. */
    private EchoServer server() {
      return server;
    }

    private static int name(Message message) {
      return message.text().charAt(0) - '0';
    }

    private void echoed(Exchange exchange) {
      answered.incrementAndGet(name(exchange.received()));
      if (countdown.decrementAndGet() == 0) {
        if (caller == Caller.LISTENER) {
          server.shutdown();
        }
        moment.countDown();
      }
    }

    /** Returns how long the server took to end. */
    long measure() throws Exception {
      List<Future<?>> pipelines = new ArrayList<>();
      for (PipeliningPeer peer : peers) {
        pipelines.add(threads.submit(() -> {
          peer.pipeline(server);
          peer.leaveOrWait();
          return null;
        }));
      }
      assertTrue(moment.await(20, TimeUnit.SECONDS), "not enough messages within 20 s");
      LockSupport.parkNanos(random.nextInt(2_000_000));

      long start = System.nanoTime();
      shutDown();
      assertTrue(server.awaitTermination(Duration.ofSeconds(20)), "not ended after 20 s");
      long nanos = System.nanoTime() - start;

      for (Future<?> pipeline : pipelines) {
        pipeline.get(20, TimeUnit.SECONDS);
      }
      checkThatAllWasAnswered();
      return nanos;
    }

    private void shutDown() {
      server.shutdown();
      if (caller == Caller.THREAD_TWICE) {
        server.shutdown();
      } else if (caller == Caller.THREADS_AT_ONCE) {
        threads.submit(server::shutdown);
        threads.submit(server::shutdown);
      }
    }

    private void checkThatAllWasAnswered() throws IOException {
      int all = 0;
      for (PipeliningPeer peer : peers) {
        int count = answered.get(peer.name);
        if (peer instanceof PipeliningPeer.OfDatagrams datagrams) {
          datagrams.awaitReplies(count);
        }
        assertEquals(transformed.get(peer.name), count, "read and counted");
        assertEquals(count, peer.received, "counted and received");
        all += count;
      }
      assertEquals(all, server.stats().messages());
      assertEquals(0, server.stats().dropped());
    }

    @Override
    public void close() throws IOException {
      for (PipeliningPeer peer : peers) {
        peer.close();
      }
      server.close();
      threads.shutdown();
      if (executor != null) {
        executor.shutdown();
      }
    }
  }
}

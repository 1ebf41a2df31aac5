package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.echo.testing.NoLeaks;
import dev.echo.testing.Seeds;
import dev.echo.testing.Transport;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Threads that share a client. */
@Timeout(120)
class ClientPipelineFaultTest {

  private static final int THREADS = 4;
  private static final int ROUNDS = 25;
  private static final int MESSAGES = 20;

  /** What a send returns that finds the client closed. */
  private static final int CLOSED = -1;

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  /** A client of a server that counts each connection's messages: a counter across the wire. */
  public static class RemoteCounter {

    private static EchoServer server;

    private final AtomicInteger names = new AtomicInteger();
    private final EchoClient client = connect(server);

    @Operation
    public int send() throws Exception {
      String name = "m" + names.incrementAndGet();
      try {
        return number(name, client.send(name));
      } catch (IOException e) {
        return closed();
      }
    }

    @Operation
    public int sendAsync() throws Exception {
      String name = "m" + names.incrementAndGet();
      try {
        return number(name, client.sendAsync(name).get(10, TimeUnit.SECONDS));
      } catch (ExecutionException e) {
        assertInstanceOf(IOException.class, e.getCause());
        return closed();
      }
    }

    @Operation(runOnce = true)
    public void close() {
      client.close();
    }

    @Validate
    public void end() {
      client.close();
    }

    private static int number(String name, Echo echo) {
      String[] reply = echo.message().text().split(" ");
      assertEquals(name, reply[0]);
      return Integer.parseInt(reply[1]);
    }

    private int closed() {
      assertFalse(client.isOpen());
      return CLOSED;
    }
  }

  /** The counter for one thread. */
  public static class Counter {

    private int count;
    private boolean closed;

    public int send() {
      return closed ? CLOSED : ++count;
    }

    public int sendAsync() {
      return send();
    }

    public void close() {
      closed = true;
    }
  }

  private static EchoClient connect(EchoServer server) {
    try {
      return EchoClient.connect(server.endpoint());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void countsAcrossTheWireAsIfOneThreadSentAfterTheOther() throws Exception {
    Map<Peer, AtomicInteger> counts = new ConcurrentHashMap<>();
    EchoListener listener = new EchoListener() {
      @Override
      public void onOpen(Peer peer) {
        counts.put(peer, new AtomicInteger());
      }
    };
    try (EchoServer server = EchoServer.builder()
        .listener(listener)
        .transformer((message, peer) ->
            Message.of(message.text() + " " + counts.get(peer).incrementAndGet()))
        .start(Endpoint.tcp(0))) {
      RemoteCounter.server = server;

      new StressOptions()
          .threads(3)
          .actorsPerThread(3)
          .actorsBefore(0)
          .actorsAfter(1)
          .iterations(10)
          .invocationsPerIteration(200)
          .minimizeFailedScenario(false)
          .sequentialSpecification(Counter.class)
          .check(RemoteCounter.class);
    }
  }

  /** Whether a message is answered in time is left to chance; that it has its own reply is not. */
  @ParameterizedTest
  @EnumSource(Transport.class)
  void keepsRepliesApartWhileSomeTimeOutAndAThreadCloses(Transport transport) throws Exception {
    long seed = Seeds.any();
    Random random = new Random(seed);
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try (EchoServer server = EchoServer.builder()
        .transformer(ClientPipelineFaultTest::answerLate)
        .start(transport.free())) {
      for (int round = 0; round < ROUNDS; round++) {
        Duration timeout = Duration.ofNanos(1 + random.nextInt(5_000_000));
        CyclicBarrier start = new CyclicBarrier(THREADS);
        try (EchoClient client = EchoClient.builder().timeout(timeout).connect(server.endpoint())) {
          List<Future<?>> all = new ArrayList<>();
          for (int thread = 0; thread < THREADS; thread++) {
            Random own = new Random(random.nextLong());
            boolean closes = thread == 0 && round % 2 == 0;
            all.add(threads.submit(() -> {
              start.await(10, TimeUnit.SECONDS);
              sendSome(client, own, closes);
              return null;
            }));
          }
          for (Future<?> one : all) {
            one.get(30, TimeUnit.SECONDS);
          }
        }
      }
    } catch (Exception | AssertionError e) {
      throw new AssertionError("With -Dseed=" + seed, e);
    } finally {
      threads.shutdown();
    }
  }

  private static Message answerLate(Message message, Peer peer) {
    LockSupport.parkNanos(message.hashCode() % 5 == 0 ? 500_000 : 0);
    return Message.of(message.text() + "!");
  }

  private static void sendSome(EchoClient client, Random random, boolean closes) throws Exception {
    List<String> texts = new ArrayList<>();
    List<CompletableFuture<Echo>> echoes = new ArrayList<>();
    for (int i = 0; i < MESSAGES; i++) {
      String text = Integer.toString(random.nextInt());
      if (random.nextBoolean()) {
        texts.add(text);
        echoes.add(client.sendAsync(text));
      } else {
        check(text, client, () -> client.send(text));
      }
    }
    if (closes) {
      client.close();
    }
    for (int i = 0; i < echoes.size(); i++) {
      CompletableFuture<Echo> echo = echoes.get(i);
      check(texts.get(i), client, () -> await(echo));
    }
  }

  private static Echo await(CompletableFuture<Echo> echo) throws Exception {
    try {
      return echo.get(20, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw (Exception) e.getCause();
    }
  }

  private static void check(String text, EchoClient client, Callable<Echo> send) throws Exception {
    try {
      assertEquals(text + "!", send.call().message().text());
    } catch (EchoTimeoutException e) {
      // There was too little time.
    } catch (IOException e) {
      if (client.isOpen()) {
        throw e;
      }
    }
  }
}

package dev.echo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.echo.internal.server.ServerBuilder;
import dev.echo.testing.Gate;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.RecordingListener;
import dev.echo.testing.Until;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A server over UDP that receives on several threads. */
@Timeout(60)
class DatagramLoopsTest {

  private static final Duration SOON = Duration.ofSeconds(10);
  private static final int LOOPS = 4;
  private static final int SENDERS = 64;

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  private final List<DatagramSocket> sockets = new ArrayList<>();

  @BeforeEach
  void assumeThatTheSystemSharesOut() throws IOException {
    try (DatagramChannel channel = DatagramChannel.open()) {
      assumeTrue(
          channel.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT),
          "there is one thread without SO_REUSEPORT");
    }
  }

  @AfterEach
  void closeSockets() {
    sockets.forEach(DatagramSocket::close);
  }

  private static EchoServer.Builder builder() {
    return EchoServer.builder().eventLoops(LOOPS);
  }

  private DatagramSocket connect(EchoServer server) throws IOException {
    DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    sockets.add(socket);
    socket.setSoTimeout((int) SOON.toMillis());
    socket.connect(new InetSocketAddress(
        InetAddress.getLoopbackAddress(), server.endpoint().port()));
    return socket;
  }

  private List<DatagramSocket> connectAll(EchoServer server) throws IOException {
    List<DatagramSocket> senders = new ArrayList<>();
    for (int i = 0; i < SENDERS; i++) {
      senders.add(connect(server));
    }
    return senders;
  }

  private static void send(DatagramSocket socket, String text) throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    socket.send(new DatagramPacket(bytes, bytes.length));
  }

  private static String receive(DatagramSocket socket) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[1_000], 1_000);
    socket.receive(packet);
    return new String(packet.getData(), 0, packet.getLength(), UTF_8);
  }

  private static void awaitMessages(EchoServer server, long count) {
    Until.holds(() -> server.stats().messages() >= count);
    assertEquals(count, server.stats().messages());
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "0.0.0.0"})
  void answersEachSenderInOrderAndOnSeveralThreads(String host) throws Exception {
    int rounds = 20;
    int inARow = 10;
    Set<String> threads = ConcurrentHashMap.newKeySet();
    Map<String, Set<String>> threadsOfPeers = new ConcurrentHashMap<>();
    Map<Long, Peer> peers = new ConcurrentHashMap<>();
    EchoListener listener = new EchoListener() {
      @Override
      public void onEcho(Exchange exchange) {
        String thread = Thread.currentThread().getName();
        threads.add(thread);
        String peer = exchange.peer().endpoint().toString();
        threadsOfPeers
            .computeIfAbsent(peer, key -> ConcurrentHashMap.newKeySet())
            .add(thread);
        peers.put(exchange.peer().number(), exchange.peer());
        assertEquals(Long.toString(exchange.number()), exchange.received().text());
      }
    };
    try (EchoServer server = builder().listener(listener).start(Endpoint.udp(host, 0))) {
      List<DatagramSocket> senders = connectAll(server);
      for (int round = 0; round < rounds; round++) {
        for (int i = 1; i <= inARow; i++) {
          for (DatagramSocket sender : senders) {
            send(sender, Integer.toString(round * inARow + i));
          }
        }
        for (DatagramSocket sender : senders) {
          for (int i = 1; i <= inARow; i++) {
            assertEquals(Integer.toString(round * inARow + i), receive(sender));
          }
        }
      }

      assertTrue(threads.size() > 1, threads::toString);
      threadsOfPeers.forEach((peer, own) -> assertEquals(1, own.size(), peer + " on " + own));
      assertEquals(
          IntStream.rangeClosed(1, SENDERS).mapToObj(i -> (long) i).toList(),
          peers.keySet().stream().sorted().toList());
      assertEquals(SENDERS, new HashSet<>(peers.values()).size());
      assertEquals((long) SENDERS * rounds * inARow, server.stats().messages());
      assertEquals(0, server.stats().dropped());
      assertEquals(List.of(), noLeaks.takeWarnings());
    }
  }

  /** Draws are made by peer and message, so it matters only who comes first. */
  private Map<String, String> faults(EchoServer.Builder builder, long seed) throws IOException {
    Map<String, String> faults = new ConcurrentSkipListMap<>();
    EchoListener listener = new EchoListener() {
      @Override
      public void onFault(Exchange exchange, Fault fault) {
        faults.put(exchange.peer().number() + "#" + exchange.number(), fault.toString());
      }
    };
    String rules = "20%drop,30%corrupt=3,10%delay=0ms..2ms,10%duplicate=1,10%reorder=2";
    try (EchoServer server =
        builder.faults(FaultPlan.parse(rules, seed)).listener(listener).start(Endpoint.udp(0))) {
      List<DatagramSocket> senders = List.of(connect(server), connect(server), connect(server));
      for (int i = 0; i < senders.size(); i++) {
        send(senders.get(i), "first");
        awaitMessages(server, i + 1);
      }
      for (int i = 0; i < 50; i++) {
        for (DatagramSocket sender : senders) {
          send(sender, "message " + i);
        }
      }
      awaitMessages(server, 51L * senders.size());
    }
    return faults;
  }

  @Test
  void hasTheSameFaultsForTheSameSeedAsOneThread() throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(3);
    try {
      Map<String, String> expected = faults(EchoServer.builder(), 42);

      assertTrue(expected.size() > 50, expected::toString);
      assertEquals(expected, faults(builder(), 42));
      assertEquals(expected, faults(builder().executor(executor), 42));
    } finally {
      executor.shutdown();
    }
  }

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
  void goesOnAfterUserCodeHasInterruptedItsThread() throws Exception {
    MessageTransformer interrupting = (message, peer) -> {
      Thread.currentThread().interrupt();
      return message;
    };
    try (EchoServer server = builder().transformer(interrupting).start(Endpoint.udp(0))) {
      for (DatagramSocket sender : connectAll(server)) {
        for (String text : List.of("1", "2")) {
          send(sender, text);
          assertEquals(text, receive(sender));
        }
      }
    }
  }

  @Test
  void countsTheRateOfASenderOnceForAllThreads() throws Exception {
    try (EchoServer server = new ServerBuilder()
        .nanoClock(() -> 0)
        .maxSenderRate(10)
        .eventLoops(LOOPS)
        .start(Endpoint.udp(0))) {
      for (DatagramSocket sender : connectAll(server)) {
        send(sender, "x");
      }
      Until.holds(() -> server.stats().rejected() >= SENDERS - 10);

      assertEquals(SENDERS - 10, server.stats().rejected());
      awaitMessages(server, 10);
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

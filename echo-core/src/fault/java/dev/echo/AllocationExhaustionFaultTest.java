package dev.echo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.echo.AllocationFaults.Fault;
import dev.echo.internal.server.ServerBuilder;
import dev.echo.testing.Certificates;
import dev.echo.testing.Descriptors;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.RecordingListener;
import dev.echo.testing.Transport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each allocation of a server in turn fails, or some in a row do: the server serves on, and ends
 * when it is told to, without a trace.
 *
 * @see AllocationFaults
 */
@Timeout(120)
class AllocationExhaustionFaultTest {

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration CLOSE_LIMIT = CLOSE_TIMEOUT.plusSeconds(1);
  private static final Duration IDLE_TIMEOUT = Duration.ofMinutes(1);
  private static final int MAX_MESSAGE_SIZE = 1_000;

  /** More than the system takes before the peer reads. */
  private static final Message LARGE = Message.of("y".repeat(5_000_000));

  private static final SSLContext SERVER = Certificates.of("server");
  private static final SSLContext CLIENT = Certificates.none();

  @RegisterExtension
  static final AllocationFaults FAULTS = new AllocationFaults("echo-server-");

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  private final ExecutorService readers = Executors.newCachedThreadPool();
  private final ExecutorService executor =
      Executors.newSingleThreadExecutor(task -> new Thread(task, "echo-server-executor"));
  private final AtomicLong nanos = new AtomicLong();
  private Scenario scenario;
  private RecordingListener listener;
  private Fault fault;
  private int inARow;
  private int harmed;

  enum Scenario {
    TCP,
    FRAMES,
    UNIX,
    TLS,
    EXECUTOR,
    TWO_LOOPS,
    UDP,
    UDP_EXECUTOR,
    UDP_TWO_LOOPS;

    Transport transport() {
      return switch (this) {
        case UNIX -> Transport.UNIX;
        case UDP, UDP_EXECUTOR, UDP_TWO_LOOPS -> Transport.UDP;
        default -> Transport.TCP;
      };
    }
  }

  @BeforeEach
  void startExecutor() throws Exception {
    executor.submit(() -> {}).get();
  }

  @AfterEach
  void endExecutors() {
    FAULTS.disarm();
    executor.shutdownNow();
    readers.shutdownNow();
  }

  @ParameterizedTest(name = "{0}, {1} in a row")
  @CsvSource({
    "TCP, 1",
    "TCP, 3",
    "FRAMES, 1",
    "UNIX, 1",
    "TLS, 1",
    "TLS, 3",
    "EXECUTOR, 1",
    "EXECUTOR, 3",
    "TWO_LOOPS, 1",
    "UDP, 1",
    "UDP, 3",
    "UDP_EXECUTOR, 1",
    "UDP_TWO_LOOPS, 1"
  })
  void servesOnAndEndsWhenItIsTold(Scenario scenario, int inARow) {
    this.scenario = scenario;
    this.inARow = inARow;
    FAULTS.failEachInTurn(inARow, this::runWith);
  }

  private void runWith(Fault next) throws Exception {
    fault = next;
    try {
      runWith(false);
      if (!fault.hasHappened()) {
        runWith(true); // all of the orderly end has failed before
      }
    } finally {
      noLeaks.takeWarnings(); // one of user code is expected
    }
  }

  private void runWith(boolean now) throws Exception {
    List<String> before = Descriptors.socketsAndSelectors();
    List<Thread> threadsBefore = threads();
    Endpoint endpoint = scenario.transport().free();
    listener = new RecordingListener();
    harmed = 0;
    nanos.set(0);
    fault.arm();

    EchoServer server = start(endpoint);
    if (server != null) {
      boolean ended = false;
      try {
        converse(server, now);
        ended = true;
      } finally {
        FAULTS.disarm();
        if (!ended) { // there is a failure to tell of already
          server.shutdownNow();
          server.awaitTermination(CLOSE_LIMIT);
        }
      }
      checkStory(server);
    }

    FAULTS.disarm();
    assertEquals(before, Descriptors.socketsAndSelectors(), "descriptors");
    assertEquals(threadsBefore, threads(), "threads");
    if (endpoint instanceof Endpoint.Unix unix) {
      assertFalse(Files.exists(unix.path()), "a socket file was left");
    }
    if (server != null) {
      EchoServer.start(server.endpoint()).close();
    }
  }

  /** Those of servers; the one that logs ends by itself. */
  private static List<Thread> threads() {
    return NoLeaks.ownThreads().stream()
        .filter(thread -> thread.getName().startsWith("echo-server-"))
        .toList();
  }

  /** Returns null if it could not be started, for the reason that was to be. */
  private EchoServer start(Endpoint endpoint) throws Exception {
    EchoServer.Builder builder = new ServerBuilder()
        .listener(listener)
        .closeTimeout(CLOSE_TIMEOUT)
        .idleTimeout(IDLE_TIMEOUT)
        .maxMessageSize(MAX_MESSAGE_SIZE)
        .transformer(AllocationExhaustionFaultTest::transform)
        .nanoClock(nanos::get);
    switch (scenario) {
      case FRAMES -> builder.framing(Framing.LENGTH_PREFIXED);
      case TLS -> builder.sslContext(SERVER);
      case EXECUTOR, UDP_EXECUTOR -> builder.executor(executor);
      case TWO_LOOPS, UDP_TWO_LOOPS -> builder.eventLoops(2);
      default -> {}
    }
    try {
      return FAULTS.inside(() -> builder.start(endpoint));
    } catch (IOException | OutOfMemoryError e) {
      assertTrue(fault.isReasonOf(e), e.toString());
    }
    return null;
  }

  private static Message transform(Message message, Peer peer) {
    return switch (message.text()) {
      case "fail" -> throw new IllegalStateException("of user code");
      case "large" -> LARGE;
      default -> message;
    };
  }

  private void converse(EchoServer server, boolean now) throws Exception {
    List<FaultPeer> peers = new ArrayList<>();
    try {
      FaultPeer ordinary = connect(server, peers);
      exchange(ordinary, "1");
      exchange(ordinary, "2");
      if (scenario.transport() == Transport.UDP) {
        misbehaveOverUdp(server, peers);
      } else {
        misbehave(server, peers, ordinary);
      }
      exchange(ordinary, "3");
      harmed += ordinary.isHarmed() ? 1 : 0;
      assertTrue(harmed <= inARow, harmed + " connections were lost");
      assertServesOthers(server, peers);

      peers.forEach(FaultPeer::close); // or the end would wait for them by a clock that stands
      FaultPeer slow = connect(server, peers);
      if (scenario.transport() != Transport.UDP) {
        send(slow, "large");
      }
      FaultPeer last = connect(server, peers);
      exchange(last, "4"); // by when the server is about to write to the slow one
      end(server, now, slow, last);
    } finally {
      peers.forEach(FaultPeer::close);
    }
  }

  private void misbehave(EchoServer server, List<FaultPeer> peers, FaultPeer ordinary)
      throws Exception {
    FaultPeer halfAndReset = connect(server, peers);
    exchange(halfAndReset, "before");
    halfAndReset.attempt(() -> halfAndReset.write(half()));
    halfAndReset.reset();

    FaultPeer halfAndEnd = connect(server, peers);
    exchange(halfAndEnd, "before");
    halfAndEnd.attempt(() -> halfAndEnd.write(half()));
    exchange(ordinary, "between");
    halfAndEnd.attempt(() -> halfAndEnd.write(otherHalf()));
    expect(halfAndEnd, "half");
    halfAndEnd.attempt(() -> halfAndEnd.write(half()));
    if (scenario != Scenario.TLS) {
      halfAndEnd.endOutput();
      halfAndEnd.readToEnd();
    }

    FaultPeer tooLarge = connect(server, peers);
    send(tooLarge, "x".repeat(MAX_MESSAGE_SIZE + 100));
    tooLarge.expectEnd();
    FaultPeer failing = connect(server, peers);
    send(failing, "fail");
    failing.expectEnd();

    if (scenario != Scenario.TWO_LOOPS) { // where the other one would sleep on
      FaultPeer idle = connect(server, peers);
      exchange(idle, "idle");
      nanos.addAndGet(IDLE_TIMEOUT.toNanos() + 1);
      exchange(ordinary, "in time");
      if (ordinary.isHarmed()) {
        assertServesOthers(server, peers); // which wakes the loop, too
      }
      idle.expectEnd();
    }
  }

  private void misbehaveOverUdp(EchoServer server, List<FaultPeer> peers) throws Exception {
    FaultPeer peer = connect(server, peers);
    long before = server.stats().errors();
    send(peer, "x".repeat(MAX_MESSAGE_SIZE + 100));
    send(peer, "fail");
    awaitErrors(server, before + 2);
    exchange(peer, "");
    harmed += peer.isHarmed() ? 1 : 0;
  }

  /** Each datagram that gets no answer counts, for whatever reason. */
  private static void awaitErrors(EchoServer server, long count) {
    long end = System.nanoTime() + FaultPeer.PATIENCE.toNanos();
    while (server.stats().errors() < count) {
      assertTrue(System.nanoTime() - end < 0, "a dropped datagram was not counted");
      Thread.onSpinWait();
    }
  }

  /** The one that comes next may be the one that fails. */
  private void assertServesOthers(EchoServer server, List<FaultPeer> peers) throws Exception {
    for (int i = 0; i <= inARow; i++) {
      FaultPeer peer = connect(server, peers);
      exchange(peer, "5");
      if (!peer.isHarmed()) {
        return;
      }
    }
    fail("it serves nobody");
  }

  private void end(EchoServer server, boolean now, FaultPeer slow, FaultPeer last)
      throws Exception {
    Future<?> read = readers.submit(() -> {
      last.readToEnd();
      last.close();
      if (!now) { // else it does not read, which must hold up nothing
        slow.readToEnd();
        slow.close();
      }
    });
    try {
      FAULTS.inside(() -> {
        if (now) {
          server.shutdownNow();
        } else {
          server.shutdown();
        }
        return null;
      });
    } catch (OutOfMemoryError e) {
      assertTrue(fault.isReasonOf(e), e.toString()); // then close has to do it
    }
    long start = System.nanoTime();
    FAULTS.inside(() -> {
      server.close();
      return null;
    });
    Duration taken = Duration.ofNanos(System.nanoTime() - start);
    assertTrue(taken.compareTo(CLOSE_LIMIT) < 0, "close took " + taken);
    assertTrue(server.isTerminated(), "not terminated");
    read.get(10, TimeUnit.SECONDS);
  }

  private FaultPeer connect(EchoServer server, List<FaultPeer> peers) throws IOException {
    FaultPeer peer = scenario.transport() == Transport.UDP
        ? new DatagramFaultPeer(server)
        : new StreamFaultPeer(server.endpoint(), scenario == Scenario.TLS ? CLIENT : null);
    peers.add(peer);
    return peer;
  }

  private void exchange(FaultPeer peer, String text) {
    send(peer, text);
    expect(peer, text);
  }

  private void send(FaultPeer peer, String text) {
    peer.attempt(() -> peer.write(frame(text)));
  }

  private void expect(FaultPeer peer, String text) {
    byte[] frame = frame(text);
    peer.attempt(() -> assertArrayEquals(frame, peer.read(frame.length)));
  }

  private byte[] frame(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    return scenario == Scenario.FRAMES
        ? ByteBuffer.allocate(4 + bytes.length).putInt(bytes.length).put(bytes).array()
        : (text + "\n").getBytes(UTF_8);
  }

  private byte[] half() {
    return Arrays.copyOf(frame("half"), 3);
  }

  private byte[] otherHalf() {
    byte[] frame = frame("half");
    return Arrays.copyOfRange(frame, 3, frame.length);
  }

  private void checkStory(EchoServer server) {
    List<String> events = listener.events;
    List<String> warnings = noLeaks.takeWarnings();
    assertEquals(1, Collections.frequency(events, "termination"), events.toString());
    assertEquals("termination", events.get(events.size() - 1));
    assertEquals(
        Collections.frequency(events, "open"),
        Collections.frequency(events, "close"),
        events.toString());
    assertEquals(0, server.stats().openConnections());
    assertTrue(warnings.stream().noneMatch(warning -> warning.contains("died")), "a thread died");
  }
}

package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.SocketFaults.Call;
import dev.echo.SocketFaults.Failure;
import dev.echo.SocketFaults.Fault;
import dev.echo.internal.server.ServerBuilder;
import dev.echo.testing.Certificates;
import dev.echo.testing.Descriptors;
import dev.echo.testing.Gate;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.RecordingListener;
import dev.echo.testing.Transport;
import dev.echo.testing.Wire;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each socket call of a server in turn fails once, and each start of a thread: the server serves on,
 * or ends and says why.
 *
 * @see SocketFaults
 */
@Timeout(30)
class ServerExhaustionFaultTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  @RegisterExtension
  static final SocketFaults FAULTS = new SocketFaults("echo-server-");

  private static final SSLContext SERVER = Certificates.of("server");
  private static final SSLContext CLIENT = Certificates.none();

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  private final ExecutorService executor = Executors.newSingleThreadExecutor();
  private RecordingListener listener;
  private Fault fault;
  private int harmed;
  private boolean endedByItself;

  enum Scenario {
    TCP,
    UNIX,
    UDP,
    UDP_EXECUTOR,
    UDP_TWO_LOOPS,
    TLS,
    EXECUTOR,
    TWO_LOOPS,
    TWO_CONNECTIONS_AT_MOST;

    Transport transport() {
      return switch (this) {
        case UNIX -> Transport.UNIX;
        case UDP, UDP_EXECUTOR, UDP_TWO_LOOPS -> Transport.UDP;
        default -> Transport.TCP;
      };
    }

    /** What it has to do with. */
    Set<Call> calls() {
      Set<Call> calls = EnumSet.complementOf(
          EnumSet.of(Call.CONNECT, Call.FINISH_CONNECT, Call.DISCONNECT, Call.RECEIVE, Call.SEND));
      if (this == UNIX) {
        calls.removeAll(List.of(Call.GET_LOCAL_ADDRESS, Call.SET_OPTION));
      }
      if (this == TLS) { // which has no part in the others
        calls.retainAll(List.of(
            Call.CLOSE,
            Call.READ,
            Call.REGISTER,
            Call.SELECT,
            Call.SHUTDOWN_OUTPUT,
            Call.START_THREAD,
            Call.WRITE));
      }
      if (transport() == Transport.UDP) {
        calls = EnumSet.of(
            Call.BIND,
            Call.CLOSE,
            Call.CONFIGURE_BLOCKING,
            Call.GET_LOCAL_ADDRESS,
            Call.OPEN_CHANNEL,
            Call.RECEIVE,
            Call.SEND,
            Call.SET_OPTION,
            Call.START_THREAD);
      }
      if (this == UDP_EXECUTOR || this == UDP_TWO_LOOPS) { // which wait by selectors
        calls.addAll(List.of(Call.OPEN_SELECTOR, Call.REGISTER, Call.SELECT));
      }
      return calls;
    }
  }

  static Stream<Arguments> faults() {
    return Stream.of(Scenario.values())
        .flatMap(scenario -> SocketFaults.faults(scenario, scenario.calls()));
  }

  @AfterEach
  void endExecutor() {
    FAULTS.disarm();
    executor.shutdownNow();
  }

  @ParameterizedTest(name = "{0}: {1}, {2}")
  @MethodSource("faults")
  void servesOnOrEndsWithAReason(Scenario scenario, Call call, Failure failure) {
    SocketFaults.failEachInTurn(number -> {
      runWith(scenario, call, number, failure);
      return fault;
    });
  }

  @Test
  void answersTheDatagramThatArrivesWithTheShutdown() throws Exception {
    Gate aboutToReceive = new Gate();
    FAULTS.arm(Call.RECEIVE, 1, aboutToReceive::enter);
    try (EchoServer server = EchoServer.start(Endpoint.udp(0));
        FaultPeer peer = new DatagramFaultPeer(server)) {
      aboutToReceive.awaitEntered();

      peer.send("x");
      server.shutdown();
      aboutToReceive.open();

      assertFalse(peer.expect("x").isHarmed());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"OPEN_SELECTOR", "START_THREAD"})
  void forgetsLoopsThatCannotStartAndServesAllByTheOthers(Call failing) throws Exception {
    int connections = 100;
    AtomicLong nanos = new AtomicLong();
    listener = new RecordingListener();
    ServerBuilder builder = new ServerBuilder().listener(listener).eventLoops(2);
    builder.nanoClock(nanos::get);
    try (EchoServer server = builder.start(Endpoint.tcp(0))) {
      FAULTS.armEach(failing, Failure.OUT_OF_MEMORY_ERROR);

      for (int i = 0; i < connections; i++) {
        askOnce(server);
      }
      assertEquals(1, listener.allErrors.size(), "tried again before its time");
      for (int i = 0; i < connections; i++) {
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        askOnce(server);
      }

      assertTrue(listener.allErrors.size() > connections / 4, "tried " + listener.allErrors);
      awaitThreads(server, 1);
    }
  }

  @Test
  void tellsOnceThatItCannotAcceptAndTriesAgainOnlyAfterAWhile() throws Exception {
    AtomicLong nanos = new AtomicLong();
    listener = new RecordingListener();
    ServerBuilder builder = new ServerBuilder().listener(listener).nanoClock(nanos::get);
    try (EchoServer server = builder.start(Endpoint.tcp(0));
        Wire neighbour = Wire.to(server.endpoint())) {
      serveSomeRounds(neighbour);
      for (int times = 1; times <= 2; times++) {
        Fault failing = FAULTS.armEach(Call.ACCEPT, Failure.IO_EXCEPTION);
        try (Wire waiting = Wire.to(server.endpoint()).send("x\n")) {
          assertTrue(failing.isReasonOf(listener.awaitError()));
          serveSomeRounds(neighbour);
          assertEquals(1, failing.calls());

          nanos.addAndGet(Duration.ofMillis(100).toNanos());
          serveSomeRounds(neighbour);
          assertEquals(2, failing.calls());

          FAULTS.disarm();
          nanos.addAndGet(Duration.ofMillis(100).toNanos());
          serveSomeRounds(neighbour);
          assertEquals("x\n", waiting.receiveLine());
        }
        assertEquals(times, listener.allErrors.size());
      }
    }
  }

  /** Has the loop go around until all that is ready has been served. */
  private static void serveSomeRounds(Wire peer) throws IOException {
    for (int i = 0; i < 3; i++) {
      assertEquals("n\n", peer.send("n\n").receiveLine());
    }
  }

  private static void askOnce(EchoServer server) throws IOException {
    try (Wire peer = Wire.to(server.endpoint())) {
      assertEquals("x\n", peer.send("x\n").receiveLine());
    }
  }

  /** Waits until the server refers to no more threads, with all that these refer to. */
  private static void awaitThreads(EchoServer server, int count) throws Exception {
    Field threads =
        Class.forName("dev.echo.internal.server.AbstractServer").getDeclaredField("threads");
    threads.setAccessible(true);
    Set<?> remembered = (Set<?>) threads.get(server);
    long end = System.nanoTime() + SOON.toNanos();
    while (remembered.size() > count && System.nanoTime() - end < 0) {
      System.gc();
    }
    assertEquals(count, remembered.size());
  }

  private void runWith(Scenario scenario, Call call, int number, Failure failure) throws Exception {
    List<String> before = Descriptors.socketsAndSelectors();
    List<Thread> threadsBefore = NoLeaks.ownThreads();
    Endpoint endpoint = scenario.transport().free();
    listener = new RecordingListener();
    harmed = 0;
    endedByItself = false;
    fault = FAULTS.arm(call, number, failure);

    EchoServer server = start(scenario, call, endpoint);
    if (server != null) {
      converse(scenario, server);
      assertTrue(server.awaitTermination(SOON), "the server does not end");
      checkStory(server);
    }

    FAULTS.disarm();
    assertEquals(before, Descriptors.socketsAndSelectors(), "descriptors");
    assertEquals(threadsBefore, NoLeaks.ownThreads(), "threads");
    if (endpoint instanceof Endpoint.Unix unix) {
      assertFalse(Files.exists(unix.path()), "a socket file was left");
    }
    if (server != null) {
      EchoServer.start(server.endpoint()).close();
    }
  }

  /** Returns null if it could not be started, for the reason that was to be. */
  private EchoServer start(Scenario scenario, Call call, Endpoint endpoint) throws Exception {
    ServerBuilder builder = new ServerBuilder().listener(listener);
    if (call != Call.ACCEPT) {
      builder.nanoClock(() -> 0); // nothing else is waited for
    }
    switch (scenario) {
      case TLS -> builder.sslContext(SERVER);
      case EXECUTOR, UDP_EXECUTOR -> builder.executor(executor);
      case TWO_LOOPS, UDP_TWO_LOOPS -> builder.eventLoops(2);
      case TWO_CONNECTIONS_AT_MOST -> builder.maxConnections(2);
      default -> {}
    }
    try {
      return FAULTS.inside(() -> builder.start(endpoint));
    } catch (IOException e) {
      assertTrue(fault.isReasonOf(e), e.toString());
      assertTrue(e.getMessage().contains(endpoint.toString()), e.toString());
    } catch (OutOfMemoryError e) {
      assertSame(fault.failure, e);
    }
    return null;
  }

  private void converse(Scenario scenario, EchoServer server) throws Exception {
    try (FaultPeer first = connect(scenario, server);
        FaultPeer second = connect(scenario, server);
        FaultPeer third = connect(scenario, server)) {
      first.send("1").expect("1");
      second.send("2").expect("2");
      third.send("3");
      first.end();
      second.reset();
      third.expect("3");
      for (FaultPeer peer : List.of(first, second, third)) {
        harmed += peer.isHarmed() ? 1 : 0;
      }
      askOnceMore(scenario, server);

      third.send("4");
      FAULTS.inside(() -> {
        server.shutdown();
        return null;
      });
      third.expect("4").expectEnd();
    }
  }

  /**
   * A new connection is served, or if it is the one that fails, the next one; or there is no
   * server.
   */
  private void askOnceMore(Scenario scenario, EchoServer server) throws Exception {
    for (int i = 0; i < 2; i++) {
      try (FaultPeer peer = connect(scenario, server)) {
        if (!peer.send("5").expect("5").isHarmed()) {
          return;
        }
      }
    }
    assertTrue(server.awaitTermination(SOON), "the server neither serves nor ends");
    endedByItself = true;
  }

  private static FaultPeer connect(Scenario scenario, EchoServer server) throws IOException {
    return scenario.transport() == Transport.UDP
        ? new DatagramFaultPeer(server)
        : new StreamFaultPeer(server.endpoint(), scenario == Scenario.TLS ? CLIENT : null);
  }

  private void checkStory(EchoServer server) {
    List<String> events = listener.events;
    assertEquals("start", events.get(0));
    assertEquals("termination", events.get(events.size() - 1));
    assertEquals(1, Collections.frequency(events, "termination"), events.toString());
    assertEquals(
        Collections.frequency(events, "open"),
        Collections.frequency(events, "close"),
        events.toString());
    assertEquals(0, server.stats().openConnections());
    long reports = listener.allErrors.stream().filter(fault::isReasonOf).count();
    assertTrue(reports <= 1, listener.allErrors.toString());
    boolean reported = reports == 1;
    assertTrue(fault.hasHappened() || listener.allErrors.isEmpty(), listener.allErrors.toString());
    boolean died = !noLeaks.takeWarnings().isEmpty();
    assertTrue(died || !endedByItself, "it ended without a word");
    assertTrue(reported || !died, "it ended without a reason");
    assertTrue(died || harmed <= 1, harmed + " connections were lost");
  }
}

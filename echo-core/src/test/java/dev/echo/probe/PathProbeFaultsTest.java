package dev.echo.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.EchoServer;
import dev.echo.Endpoint;
import dev.echo.Fault;
import dev.echo.FaultPlan;
import dev.echo.Framing;
import dev.echo.MessageTransformer;
import dev.echo.probe.ProbeFailure.Kind;
import dev.echo.testing.Certificates;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.Transport;
import dev.echo.testing.Until;
import dev.echo.testing.Wire;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a probe says of a server that misbehaves, or is not there. */
@Timeout(60)
class PathProbeFaultsTest {

  private static final Duration LONG = Duration.ofSeconds(50);

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  private static EchoServer server(Endpoint endpoint, FaultPlan plan) throws Exception {
    return EchoServer.builder().faults(plan).start(endpoint);
  }

  @ParameterizedTest
  @EnumSource
  void countsWhatAServerDrops(Transport transport) throws Exception {
    transport.assumeAvailable();
    try (EchoServer server = server(transport.free(), FaultPlan.every(10, Fault.drop()));
        PathProbe probe = PathProbe.builder()
            .rate(500)
            .count(105)
            .timeout(Duration.ofSeconds(2))
            .start(server.endpoint())) {
      PathReport report = probe.await();

      assertEquals(95, report.received());
      assertEquals(10, report.lost());
      assertEquals(10.0 / 105, report.lossRatio());
      assertEquals(10.0 / 105, report.failureRatio());
      assertEquals(Duration.ofMillis(2), report.longestOutage());
    }
  }

  @Test
  void givesUpWhatCouldNotBeSentByTheEnd() throws Exception {
    try (DatagramSocket silent = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        PathProbe probe = PathProbe.builder()
            .rate(4_000_000)
            .duration(Duration.ofMillis(250))
            .timeout(Duration.ofMillis(100))
            .start(Endpoint.udp(silent.getLocalPort()))) {
      PathReport report = probe.await();

      assertEquals(1_000_000, report.sent() + report.unsent());
      assertTrue(report.unsent() > 0, report::toString);
    }
  }

  @Test
  void countsEmptyDatagramsAndWhatComesBehindThem() throws Exception {
    try (EchoServer server = server(Endpoint.udp(0), FaultPlan.every(2, Fault.truncate(0)));
        PathProbe probe = PathProbe.builder()
            .rate(500)
            .count(21)
            .timeout(Duration.ofSeconds(2))
            .start(server.endpoint())) {
      PathReport report = probe.await();

      assertEquals(11, report.received());
      assertEquals(10, report.foreign());
      assertEquals(10, report.lost());
    }
  }

  @Test
  void tellsWhichMessagesFail() throws Exception {
    Queue<ProbeFailure> failures = new ConcurrentLinkedQueue<>();
    FaultPlan plan = FaultPlan.perPeer(
        FaultPlan.script(Fault.none(), Fault.drop()),
        FaultPlan.script(Fault.none(), Fault.none(), Fault.drop()));
    MessageTransformer damage = MessageTransformer.text(
        text -> text.startsWith("0200000004", 6) ? text.substring(0, 63) + "_" : text);
    try (EchoServer server =
            EchoServer.builder().transformer(damage).faults(plan).start(Endpoint.udp(0));
        PathProbe probe = PathProbe.builder()
            .rate(500)
            .count(8)
            .flows(2)
            .timeout(Duration.ofSeconds(2))
            .onFailure(failures::add)
            .start(server.endpoint())) {
      probe.await();
    }
    assertEquals(
        Set.of(
            new ProbeFailure(1, 2, Kind.LOST),
            new ProbeFailure(2, 3, Kind.LOST),
            new ProbeFailure(2, 4, Kind.CORRUPT)),
        Set.copyOf(failures));
    assertEquals(3, failures.size());
  }

  @Test
  void countsWhatAServerDuplicatesAndReorders() throws Exception {
    FaultPlan plan = FaultPlan.script(
        Fault.duplicate(2), Fault.none(), Fault.reorder(2), Fault.none(), Fault.none());
    try (EchoServer server = server(Endpoint.udp(0), plan);
        PathProbe probe =
            PathProbe.builder().rate(1000).count(20).timeout(LONG).start(server.endpoint())) {
      PathReport report = probe.await();

      assertEquals(20, report.received());
      assertEquals(2, report.duplicates());
      assertEquals(1, report.reordered());
      assertEquals(2, report.maxReorderExtent());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void connectsAnewWhenTheConnectionBreaks(boolean secured) throws Exception {
    EchoServer.Builder builder = EchoServer.builder().faults(FaultPlan.every(50, Fault.reset()));
    PathProbe.Builder probes =
        PathProbe.builder().rate(500).duration(LONG).timeout(LONG).flows(2);
    if (secured) {
      builder.sslContext(Certificates.of("server"));
      probes.sslContext(Certificates.none());
    }
    try (EchoServer server = builder.start(Endpoint.tcp(0));
        PathProbe probe = probes.start(server.endpoint())) {
      // Of which each connection answers 49.
      Until.holds(() -> probe.report().flows().stream().allMatch(flow -> flow.received() >= 50));
      probe.stop();
      PathReport report = probe.await();

      assertTrue(report.reconnects() >= 2, report::toString);
      assertTrue(report.lost() >= 2, report::toString); // at least what was answered by a reset
      assertEquals(report.sent(), report.received() + report.late() + report.lost());
    }
  }

  @Test
  void goesOnWhenTheServerComesBack() throws Exception {
    Endpoint unix = Endpoint.unix(Transport.freePath());
    EchoServer first = EchoServer.start(unix);
    try (PathProbe probe = PathProbe.builder().duration(LONG).start(unix)) {
      Until.holds(() -> probe.report().received() > 5);
      first.close();
      Until.holds(() -> probe.report().refused() > 5);

      try (EchoServer second = EchoServer.start(unix)) {
        long before = probe.report().received();
        Until.holds(() -> probe.report().received() > before + 5);
        probe.stop();

        PathReport report = probe.await();
        assertEquals(1, report.reconnects());
        assertTrue(report.longestOutage().compareTo(Duration.ofMillis(50)) >= 0, report::toString);
        // The first may not have read what was sent to it at last.
        assertTrue(first.stats().messages() + second.stats().messages() <= report.sent());
      }
    }
  }

  @Test
  void countsDatagramsThatAreRefused() throws Exception {
    try (DatagramSocket elsewhere = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        DatagramSocket busy = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      busy.connect(elsewhere.getLocalSocketAddress()); // so that it is not there for others
      try (PathProbe probe = PathProbe.builder()
          .rate(500)
          .count(50)
          .timeout(LONG)
          .start(Endpoint.udp(busy.getLocalPort()))) {
        PathReport report = probe.await();

        assertEquals(50, report.refused(), report::toString);
        assertEquals(50, report.sent());
        assertEquals(0, report.lossRatio());
        assertEquals(50, report.failed());
        assertEquals(1, report.failureRatio());
        assertEquals(Duration.ofMillis(100), report.longestOutage());
      }
    }
  }

  /** A server that reads nothing, once all buffers on the way to it are full. */
  @ParameterizedTest
  @EnumSource
  void countsWhatAStreamDoesNotTake(Framing framing) throws Exception {
    try (ServerSocketChannel deaf = ServerSocketChannel.open()) {
      deaf.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      try (PathProbe probe = PathProbe.builder()
          .framing(framing)
          .rate(1000)
          .size(1 << 20)
          .duration(LONG)
          .timeout(Duration.ofMillis(500))
          .start(Endpoint.tcp(((InetSocketAddress) deaf.getLocalAddress()).getPort()))) {
        Until.holds(() -> probe.report().unsent() > 20);
        probe.stop();

        PathReport report = probe.await();
        assertEquals(report.sent(), report.lost());
        assertEquals(0, report.received());
        assertEquals(1, report.lossRatio());
      }
    }
  }

  /** What the socket has not begun to take is not sent later, and what it has begun is. */
  @Test
  void sendsWholeMessagesOnceAServerReadsAgain() throws Exception {
    try (ServerSocketChannel slow = ServerSocketChannel.open()) {
      slow.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
      slow.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      Endpoint tcp = Endpoint.tcp(((InetSocketAddress) slow.getLocalAddress()).getPort());
      PathProbe probe = PathProbe.builder()
          .rate(100_000)
          .size(999)
          .duration(LONG)
          .timeout(Duration.ofMillis(1))
          .start(tcp);
      try (Wire accepted = Wire.of(slow.accept())) {
        for (int i = 1; i <= 3; i++) {
          int unsent = 1000 * i;
          Until.holds(() -> probe.report().unsent() >= unsent);
          assertLinesAreWhole(accepted.receive(1_000_000));
        }
        probe.stop();
        PathReport report = probe.await();
        probe.close();
        String rest = accepted.receiveToEnd();

        assertLinesAreWhole(rest);
        assertEquals(report.sent(), 3000 + (rest.length() + 999) / 1000);
      } finally {
        probe.close();
      }
    }
  }

  private static void assertLinesAreWhole(String lines) {
    long last = 0;
    for (int from = 0; from + 1000 <= lines.length(); from += 1000) {
      assertEquals('\n', lines.charAt(from + 999));
      long number = Long.parseLong(lines.substring(from + 8, from + 16), 36);
      assertTrue(number > last, number + " after " + last);
      last = number;
    }
  }

  /** Which a client that waits for each reply would see in one of them (coordinated omission). */
  @ParameterizedTest
  @EnumSource(names = {"TCP", "UDP"})
  void aStallShowsInAllMessagesThatWereDueMeanwhile(Transport transport) throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    AtomicInteger messages = new AtomicInteger();
    MessageTransformer stalling = (message, peer) -> {
      if (messages.incrementAndGet() == 100) {
        stall(never);
      }
      return message;
    };
    try (EchoServer server = EchoServer.builder().transformer(stalling).start(transport.free());
        PathProbe probe =
            PathProbe.builder().rate(200).count(300).timeout(LONG).start(server.endpoint())) {
      PathReport report = probe.await();

      assertEquals(300, report.received());
      long slow = report.responseTimes().buckets().stream()
          .filter(bucket -> bucket.upperBound().toMillis() >= 50)
          .mapToLong(RoundTrips.Bucket::count)
          .sum();
      // Of the third that was due within the half second, nine of ten more than 50 ms before its
      // end.
      assertTrue(slow >= 80, report::toString);
      assertTrue(report.responseTimes().max().toMillis() >= 490, report::toString);
    }
  }

  private static void stall(CountDownLatch never) {
    try {
      assertFalse(never.await(500, TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aConnectionThatIsClosedAtOnceIsMadeAnewAgainAndAgain() throws Exception {
    try (ServerSocketChannel closing = ServerSocketChannel.open()) {
      closing.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      Endpoint tcp = Endpoint.tcp(((InetSocketAddress) closing.getLocalAddress()).getPort());
      try (PathProbe probe = PathProbe.builder().rate(1000).duration(LONG).start(tcp)) {
        for (int i = 0; i < 5; i++) {
          SocketChannel accepted = closing.accept();
          accepted.close();
        }
        try (SocketChannel last = closing.accept()) {
          Until.holds(() -> probe.report().reconnects() == 5);
          assertTrue(last.isOpen());
        }
      }
    }
  }
}

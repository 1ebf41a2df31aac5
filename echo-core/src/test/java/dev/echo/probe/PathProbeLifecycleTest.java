package dev.echo.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.EchoServer;
import dev.echo.Endpoint;
import dev.echo.Fault;
import dev.echo.FaultPlan;
import dev.echo.testing.Certificates;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.Transport;
import dev.echo.testing.Until;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How a probe starts and ends, and what user code may do meanwhile. */
@Timeout(60)
class PathProbeLifecycleTest {

  private static final Duration LONG = Duration.ofSeconds(50);

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @ParameterizedTest
  @EnumSource
  void closesAtOnceAndMoreThanOnce(Transport transport) throws Exception {
    transport.assumeAvailable();
    FaultPlan silent = FaultPlan.every(1, Fault.drop());
    try (EchoServer server = EchoServer.builder().faults(silent).start(transport.free())) {
      PathProbe probe = PathProbe.builder().timeout(LONG).flows(2).start(server.endpoint());
      Until.holds(() -> probe.report().sent() >= 3);
      assertEquals("PathProbe[" + server.endpoint() + "]", probe.toString());
      probe.close();
      probe.close();
      probe.stop();

      assertTrue(probe.isDone());
      PathReport report = probe.await();
      assertTrue(report.sent() >= 3);
      assertEquals(0, report.lost() + report.received());
      assertEquals(report.toString(), probe.report().toString());
      assertEquals(
          List.of(),
          noLeaks.threads().stream()
              .filter(thread -> thread.getName().startsWith("echo-probe-"))
              .toList());
    }
  }

  @Test
  void hasADaemonThreadWithAName() throws Exception {
    try (EchoServer server = EchoServer.start(Endpoint.udp(0));
        PathProbe probe = PathProbe.builder().start(server.endpoint())) {
      String name = "echo-probe-udp-127.0.0.1:" + server.endpoint().port();
      assertFalse(probe.isDone());
      assertTrue(noLeaks.threads().stream()
          .anyMatch(thread -> thread.getName().equals(name) && thread.isDaemon()));
    }
  }

  @Test
  void reportsWhileItRuns() throws Exception {
    try (EchoServer server = EchoServer.start(Endpoint.tcp(0));
        PathProbe probe = PathProbe.builder().duration(LONG).start(server.endpoint())) {
      long last = 0;
      while (last < 10) {
        PathReport report = probe.report();
        assertTrue(report.received() >= last);
        assertTrue(report.sent() >= report.received());
        assertEquals(1, report.flows().size());
        last = report.received();
      }
      assertFalse(probe.isDone());
    }
  }

  @Test
  void reportsForAThreadThatIsInterruptedAndStaysSo() throws Exception {
    try (EchoServer server = EchoServer.start(Endpoint.tcp(0));
        PathProbe probe = PathProbe.builder().duration(LONG).start(server.endpoint())) {
      Thread.currentThread().interrupt();
      probe.report();
      assertTrue(Thread.currentThread().isInterrupted());
      assertThrows(InterruptedException.class, probe::await);

      probe.stop();
      PathReport report = probe.await();
      assertEquals(report.sent(), report.received());
    }
  }

  @Test
  void consumersMayReportStopAndClose() throws Exception {
    AtomicReference<PathProbe> probe = new AtomicReference<>();
    CompletableFuture<PathProbe> started = new CompletableFuture<>();
    BlockingQueue<Object> seen = new LinkedBlockingQueue<>();
    Consumer<ProbeReply> consumer = reply -> {
      PathProbe own = started.join();
      seen.add(own.report().received());
      seen.add(assertThrows(IllegalStateException.class, own::await));
      own.stop();
      own.close();
      seen.add("closed");
    };
    try (EchoServer server = EchoServer.start(Endpoint.udp(0))) {
      probe.set(PathProbe.builder().onReply(consumer).start(server.endpoint()));
      started.complete(probe.get());

      assertEquals(1L, seen.poll(10, TimeUnit.SECONDS));
      assertInstanceOf(IllegalStateException.class, seen.poll(10, TimeUnit.SECONDS));
      assertEquals("closed", seen.poll(10, TimeUnit.SECONDS));
      assertEquals(1, probe.get().await().received());
    } finally {
      probe.get().close();
    }
  }

  /** All replies lie in the socket by then. */
  @Test
  void aConsumerThatClosesIsNotCalledAgain() throws Exception {
    CompletableFuture<PathProbe> started = new CompletableFuture<>();
    CountDownLatch answered = new CountDownLatch(1);
    Queue<Object> told = new ConcurrentLinkedQueue<>();
    try (DatagramSocket peer = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        PathProbe probe = PathProbe.builder()
            .rate(1000)
            .count(10)
            .timeout(LONG)
            .onReply(reply -> {
              told.add(reply);
              awaitQuietly(answered);
              started.join().close();
            })
            .onFailure(told::add)
            .start(Endpoint.udp(peer.getLocalPort()))) {
      started.complete(probe);
      peer.setSoTimeout(30_000);
      List<DatagramPacket> messages = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        DatagramPacket packet = new DatagramPacket(new byte[64], 64);
        peer.receive(packet);
        messages.add(packet);
      }
      messages.addAll(messages); // and each a second time
      for (DatagramPacket packet : messages) {
        peer.send(packet);
      }
      answered.countDown();

      PathReport report = probe.await();
      assertEquals(20, report.received() + report.duplicates()); // of the round, all count
      assertEquals(1, told.size());
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      assertTrue(latch.await(30, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aConsumerThatThrowsIsLoggedOnceAndChangesNothing() throws Exception {
    Queue<Long> numbers = new ConcurrentLinkedQueue<>();
    try (EchoServer server = EchoServer.start(Endpoint.udp(0));
        PathProbe probe = PathProbe.builder()
            .rate(1000)
            .count(20)
            .onReply(reply -> {
              assertFalse(Thread.currentThread().isInterrupted());
              numbers.add(reply.number());
              Thread.currentThread().interrupt();
              throw new AssertionError("of user code");
            })
            .start(server.endpoint())) {
      assertEquals(20, probe.await().received());

      assertEquals(20, numbers.size());
      assertEquals(
          List.of("The consumer of replies from " + server.endpoint() + " failed"),
          noLeaks.takeWarnings());
    }
  }

  @Test
  void failsToStartWhereNobodyListens() throws Exception {
    try (SocketChannel bound = SocketChannel.open()) {
      bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)); // and listens not
      Endpoint tcp = Endpoint.tcp(((InetSocketAddress) bound.getLocalAddress()).getPort());

      ConnectException e =
          assertThrows(ConnectException.class, () -> PathProbe.builder().start(tcp));
      assertTrue(e.getMessage().startsWith("Connect to " + tcp + ": "), e.getMessage());
    }
    Endpoint unix = Endpoint.unix(Transport.freePath());
    assertThrows(IOException.class, () -> PathProbe.builder().start(unix));
  }

  @Test
  void failsToStartIfOneOfItsFlowsCannotBeConnected() throws Exception {
    try (ServerSocketChannel listening = ServerSocketChannel.open()) {
      listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
      Endpoint tcp = Endpoint.tcp(((InetSocketAddress) listening.getLocalAddress()).getPort());
      PathProbe.Builder builder =
          PathProbe.builder().flows(20).connectTimeout(Duration.ofMillis(200));

      assertThrows(SocketTimeoutException.class, () -> builder.start(tcp)); // its queue is full
    }
  }

  @Test
  void failsToStartWithAServerThatItDoesNotTrust() throws Exception {
    try (EchoServer server =
        EchoServer.builder().sslContext(Certificates.of("stranger")).start(Endpoint.tcp(0))) {
      PathProbe.Builder builder = PathProbe.builder().sslContext(Certificates.none());

      assertThrows(SSLHandshakeException.class, () -> builder.start(server.endpoint()));
    }
  }

  @Test
  void failsToStartWithAHostThatIsNotKnown() {
    for (Endpoint endpoint :
        List.of(Endpoint.udp("echo.invalid", 7), Endpoint.tcp("echo.invalid", 7))) {
      UnknownHostException e =
          assertThrows(UnknownHostException.class, () -> PathProbe.builder().start(endpoint));
      assertEquals("Connect to " + endpoint + ": unknown host", e.getMessage());
    }
  }

  @Test
  void failsToStartOnAThreadThatIsInterrupted() throws Exception {
    try (ServerSocketChannel silent = ServerSocketChannel.open()) {
      silent.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      Endpoint tcp = Endpoint.tcp(((InetSocketAddress) silent.getLocalAddress()).getPort());
      PathProbe.Builder builder = PathProbe.builder().sslContext(Certificates.none());
      Thread.currentThread().interrupt();

      assertThrows(InterruptedIOException.class, () -> builder.start(tcp));
      assertTrue(Thread.interrupted());
    }
  }

  /** It is given up while it waits for a handshake that does not come. */
  @Test
  void closesWhileAConnectionIsMadeAnew() throws Exception {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (ServerSocket server =
        Certificates.of("server").getServerSocketFactory().createServerSocket(0, 5, loopback)) {
      CompletableFuture<Socket> first = CompletableFuture.supplyAsync(() -> accept(server));
      PathProbe probe = PathProbe.builder()
          .sslContext(Certificates.none())
          .connectTimeout(LONG)
          .duration(LONG)
          .start(Endpoint.tcp(server.getLocalPort()));
      first.get(10, TimeUnit.SECONDS).close();
      Until.holds(() -> probe.report().refused() >= 3);

      probe.close();

      assertEquals(List.of(), noLeaks.threads());
      assertEquals(0, probe.report().reconnects());
    }
  }

  private static Socket accept(ServerSocket server) {
    try {
      SSLSocket accepted = (SSLSocket) server.accept();
      accepted.startHandshake();
      return accepted;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

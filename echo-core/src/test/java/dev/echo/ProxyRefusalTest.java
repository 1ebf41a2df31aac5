package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.internal.server.ServerBuilder;
import dev.echo.testing.Gate;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.ProxyHeaders;
import dev.echo.testing.RecordingListener;
import dev.echo.testing.StreamKind;
import dev.echo.testing.Wire;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Connections behind a proxy that are closed before they open, and told to the listener. */
@ParameterizedClass
@EnumSource(names = {"TCP", "UNIX", "TLS"})
@Timeout(60)
class ProxyRefusalTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @Parameter
  StreamKind kind;

  private final RecordingListener listener = new RecordingListener();
  private final EchoRecorder recorder = EchoRecorder.create();
  private final AtomicLong nanos = new AtomicLong();
  private final ServerBuilder builder = new ServerBuilder();

  @BeforeEach
  void build() {
    kind.set(builder, null);
    builder.nanoClock(nanos::get).listener(listener.andThen(recorder)).proxyProtocol(proxy -> true);
  }

  private EchoServer start() throws IOException {
    return builder.start(kind.free());
  }

  private static String own(Wire wire) throws IOException {
    return wire.channel.getLocalAddress() instanceof InetSocketAddress address
        ? "tcp://127.0.0.1:" + address.getPort()
        : "unix:";
  }

  /** Of what it had sent before, a closed socket may have left something unread: a reset. */
  private static void assertClosed(Wire wire) {
    try {
      assertEquals("", wire.receiveToEnd());
    } catch (IOException e) {
      // as good
    }
  }

  private void assertRefused(EchoServer server, Wire wire, String reason) throws Exception {
    EchoRecorder.Failed failed = recorder.takeFailed(SOON);
    assertEquals(
        "PROXY header from " + own(wire) + ": " + reason, failed.error().getMessage());
    assertEquals(own(wire), failed.peer().endpoint().toString());
    assertEquals(own(wire), failed.peer().proxy().orElseThrow().toString());
    assertClosed(wire);
    assertEquals(List.of("start", "error"), listener.events);
    assertEquals(0, server.stats().totalConnections());
    assertEquals(1, server.stats().errors());
  }

  static Stream<Arguments> bad() {
    return ProxyHeaders.bad();
  }

  @ParameterizedTest
  @MethodSource("bad")
  void closesAConnectionWithAMalformedHeader(byte[] header, String reason) throws Exception {
    try (EchoServer server = start();
        Wire wire = Wire.to(server.endpoint())) {
      wire.send(header);

      assertRefused(server, wire, reason);
      assertInstanceOf(ProtocolException.class, listener.awaitError());
    }
  }

  @Test
  void closesAConnectionThatEndsWithinItsHeader() throws Exception {
    byte[] header = ProxyHeaders.ofClient(5);
    try (EchoServer server = start()) {
      for (int size = 1; size < header.length; size++) {
        try (Wire wire = Wire.to(server.endpoint())) {
          wire.send(ProxyHeaders.cut(header, size)).halfClose();

          assertEquals(
              "PROXY header from " + own(wire) + ": the stream ended within it",
              recorder.takeFailed(SOON).error().getMessage());
          assertEquals("", wire.receiveToEnd());
        }
      }
    }
  }

  @Test
  void closesAConnectionWhoseHeaderStallsAtAnyByte() throws Exception {
    List<byte[]> headers =
        List.of(ProxyHeaders.line("TCP4 192.0.2.1 192.0.2.2 51234 7007"), ProxyHeaders.ofClient(9));
    List<Wire> stalled = new ArrayList<>();
    try (EchoServer server = start();
        Wire neighbour = kind.connect(server, ProxyHeaders.line("UNKNOWN"))) {
      for (byte[] header : headers) {
        for (int size = 0; size < header.length; size++) {
          stalled.add(Wire.to(server.endpoint()).send(ProxyHeaders.cut(header, size)));
        }
      }
      neighbour.send("a\n").receiveLine();
      neighbour.send("b\n").receiveLine(); // all are accepted

      nanos.addAndGet(SOON.toNanos() - 1);
      neighbour.send("c\n").receiveLine();
      assertEquals(List.of(), listener.allErrors);
      nanos.addAndGet(1);
      assertEquals("d\n", neighbour.send("d\n").receiveLine());

      for (Wire wire : stalled) {
        EchoRecorder.Failed failed = recorder.takeFailed(SOON);
        assertInstanceOf(EchoTimeoutException.class, failed.error());
        assertEquals(
            "No PROXY header from " + failed.peer().endpoint() + " within 10 s",
            failed.error().getMessage());
        assertClosed(wire);
        wire.close();
      }
      assertEquals(1, server.stats().openConnections());
      assertEquals(1, server.stats().totalConnections());
    }
  }

  @Test
  void opensAConnectionWhoseLastByteCameInTimeAlthoughTheLoopIsLate() throws Exception {
    Gate gate = new Gate();
    builder.transformer((message, peer) -> {
      if (message.text().equals("slow")) {
        gate.enter();
      }
      return message;
    });
    byte[] header = ProxyHeaders.ofClient(9);
    try (EchoServer server = start();
        Wire busy = kind.connect(server, ProxyHeaders.line("UNKNOWN"));
        Wire late = Wire.to(server.endpoint())) {
      late.send(ProxyHeaders.cut(header, header.length - 1));
      busy.send("a\n").receiveLine();
      busy.send("b\n").receiveLine();
      busy.send("slow\n");
      gate.awaitEntered();

      late.send(Arrays.copyOfRange(header, header.length - 1, header.length));
      nanos.addAndGet(Duration.ofSeconds(11).toNanos());
      gate.open();

      busy.receiveLine();
      if (kind == StreamKind.TLS) { // has no time left for its handshake
        assertTrue(listener.awaitError().getMessage().startsWith("No TLS handshake with "));
      } else {
        assertEquals("hello\n", late.send("hello\n").receiveLine());
        assertEquals(List.of(), listener.allErrors);
      }
    }
  }

  @Test
  void closesAConnectionFromAnAddressThatIsNotTrusted() throws Exception {
    builder.proxyProtocol(proxy -> false);
    try (EchoServer server = start();
        Wire wire = Wire.to(server.endpoint())) {
      assertRefused(server, wire, "the address is not trusted");
    }
  }

  @Test
  void closesAConnectionForWhichThePredicateThrows() throws Exception {
    RuntimeException failure = new IllegalStateException("as it happens");
    builder.proxyProtocol(proxy -> {
      throw failure;
    });
    try (EchoServer server = start()) {
      for (int i = 0; i < 2; i++) {
        try (Wire wire = Wire.to(server.endpoint())) {
          assertEquals(failure, recorder.takeFailed(SOON).error());
          assertClosed(wire);
        }
      }
      assertEquals(0, server.stats().totalConnections());
    }
    assertEquals(1, noLeaks.takeWarnings().size());
  }

  @Test
  void closesSilentConnectionsAtTheEnd() throws Exception {
    try (EchoServer server = start();
        Wire silent = Wire.to(server.endpoint());
        Wire partly = Wire.to(server.endpoint()).send("PROXY T");
        Wire neighbour = kind.connect(server, ProxyHeaders.line("UNKNOWN"))) {
      neighbour.send("a\n").receiveLine();
      neighbour.halfClose().receiveToEnd();

      server.shutdown();

      assertTrue(server.awaitTermination(SOON));
      assertEquals("", silent.receiveToEnd());
      assertEquals("", partly.receiveToEnd());
    }
    assertEquals(List.of(), listener.allErrors);
  }

  @Test
  void isRefusedOverUdp() {
    IllegalArgumentException e = assertThrows(
        IllegalArgumentException.class,
        () -> EchoServer.builder().proxyProtocol(proxy -> true).start(Endpoint.udp(0)));

    assertEquals("proxyProtocol is set, but udp://127.0.0.1:0 is UDP", e.getMessage());
  }
}

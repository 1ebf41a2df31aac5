package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.echo.testing.Gate;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.ProxyHeaders;
import dev.echo.testing.RecordingListener;
import dev.echo.testing.StreamKind;
import dev.echo.testing.Wire;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
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

/** Servers behind a proxy that says for whom it connects. */
@ParameterizedClass
@EnumSource
@Timeout(60)
class ProxyProtocolTest {

  private static final Duration SOON = Duration.ofSeconds(10);
  private static final Endpoint CLIENT = Endpoint.tcp("192.0.2.1", 51_234);
  private static final Endpoint UNIX_PEER = Endpoint.unix(Path.of(""));

  /** More of a header than this is sent at once. */
  private static final int SINGLE_BYTES = 300;

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @Parameter
  StreamKind kind;

  private final RecordingListener listener = new RecordingListener();
  private final EchoRecorder recorder = EchoRecorder.create();
  private final ExecutorService executor = Executors.newSingleThreadExecutor();
  private final EchoServer.Builder builder = EchoServer.builder();

  @BeforeEach
  void build() {
    builder.proxyProtocol(proxy -> true).listener(listener.andThen(recorder));
    kind.set(builder, executor);
  }

  @AfterEach
  void endExecutor() {
    executor.shutdown();
  }

  static Stream<Arguments> headers() {
    return ProxyHeaders.good();
  }

  private EchoServer start() throws IOException {
    return builder.start(kind.free());
  }

  private static Endpoint own(Wire wire) throws IOException {
    return wire.channel.getLocalAddress() instanceof InetSocketAddress address
        ? Endpoint.tcp("127.0.0.1", address.getPort())
        : UNIX_PEER;
  }

  @ParameterizedTest
  @MethodSource("headers")
  void namesTheClientOfAHeaderThatComesByteByByte(byte[] header, Endpoint source) throws Exception {
    try (EchoServer server = start();
        Wire plain = Wire.to(server.endpoint())) {
      for (int i = 0; i < Math.min(header.length, SINGLE_BYTES); i++) {
        plain.send(new byte[] {header[i]});
      }
      plain.send(Arrays.copyOfRange(header, Math.min(header.length, SINGLE_BYTES), header.length));
      Wire wire = kind == StreamKind.TLS ? plain.secured() : plain;

      assertEquals("hello\n", wire.send("hello\n").receiveLine());

      Peer peer = recorder.take(SOON).peer();
      assertEquals(source == null ? own(plain) : source, peer.endpoint());
      assertEquals(Optional.of(own(plain)), peer.proxy());
      assertEquals(kind == StreamKind.TLS, peer.tlsSession().isPresent());
      assertSame(peer, listener.awaitOpen());
      assertEquals(1, peer.number());
    }
  }

  @ParameterizedTest
  @MethodSource("headers")
  void findsWhatComesTogetherWithTheHeader(byte[] header, Endpoint source) throws Exception {
    assumeTrue(kind != StreamKind.TLS, "the JDK's socket sends what it sends");
    byte[] message = {'h', 'i', '\n'};
    byte[] all = ByteBuffer.allocate(header.length + message.length)
        .put(header)
        .put(message)
        .array();
    try (EchoServer server = start();
        Wire wire = Wire.to(server.endpoint())) {
      assertEquals("hi\n", wire.send(all).receiveLine());

      assertEquals(2, server.stats().bytesIn());
    }
    assertEquals(List.of(), listener.allErrors);
  }

  @Test
  void tellsOfTheClientInAllThatFollows() throws Exception {
    try (EchoServer server = start()) {
      try (Wire wire = kind.connect(server, ProxyHeaders.ofClient(100))) {
        wire.send("one\n").receiveLine();
        assertEquals(CLIENT, recorder.take(SOON).peer().endpoint());
        wire.halfClose();
        wire.receiveToEnd();
      }

      EchoRecorder.Closed closed = recorder.takeClosed(SOON);
      assertEquals(CLIENT, closed.peer().endpoint());
      assertEquals(CloseReason.PEER_CLOSED, closed.reason());
      assertEquals("Peer[1, " + CLIENT + "]", closed.peer().toString());
    }
    assertEquals(List.of("start", "open", "echo one", "close", "termination"), listener.events);
  }

  @Test
  void appendsThePortOfTheClient() throws Exception {
    builder.transformer(MessageTransformer.appendSenderPort());
    try (EchoServer server = start();
        Wire wire = kind.connect(server, ProxyHeaders.ofClient(0))) {
      assertEquals("hi (from port 51234)\n", wire.send("hi\n").receiveLine());
    }
  }

  @Test
  void asksOnceOfEachProxyWhetherToTrustIt() throws Exception {
    List<Endpoint> asked = new CopyOnWriteArrayList<>();
    builder.proxyProtocol(asked::add);
    try (EchoServer server = start();
        Wire wire = kind.connect(server, ProxyHeaders.ofClient(0))) {
      wire.send("hello\n").receiveLine();

      assertEquals(List.of(own(wire)), asked);
    }
  }

  @Test
  void numbersPeersInTheOrderOfAccepting() throws Exception {
    try (EchoServer server = start();
        Wire first = Wire.to(server.endpoint());
        Wire second = kind.connect(server, ProxyHeaders.line("TCP4 192.0.2.2 192.0.2.9 2 7"))) {
      second.send("second\n").receiveLine();
      first.send(ProxyHeaders.line("TCP4 192.0.2.1 192.0.2.9 1 7"));
      Wire opened = kind == StreamKind.TLS ? first.secured() : first;
      opened.send("first\n").receiveLine();

      assertEquals("Peer[2, tcp://192.0.2.2:2]", recorder.take(SOON).peer().toString());
      assertEquals("Peer[1, tcp://192.0.2.1:1]", recorder.take(SOON).peer().toString());
    }
  }

  @Test
  void hasFaultsForEachClient() throws Exception {
    builder.faults(FaultPlan.perPeer(
        FaultPlan.script(Fault.none(), Fault.reset()), FaultPlan.script(Fault.truncate(1))));
    try (EchoServer server = start();
        Wire first = kind.connect(server, ProxyHeaders.binary("2131", "00".repeat(216)));
        Wire second = kind.connect(server, ProxyHeaders.ofClient(0))) {
      assertEquals("one\n", first.send("one\n").receiveLine());
      first.send("two\n");
      if (kind == StreamKind.UNIX) { // which has no resets
        assertEquals("", first.receiveToEnd());
      } else {
        assertThrows(IOException.class, first::receiveToEnd, "a reset");
      }
      assertEquals("t\n", second.send("three\n").receiveLine());
    }
  }

  @Test
  void isSilentAboutConnectionsThatEndBeforeTheHeader() throws Exception {
    builder.maxConnections(1); // so that the next one is accepted when the one before has gone
    try (EchoServer server = start()) {
      for (int i = 0; i < 3; i++) {
        Wire.to(server.endpoint()).close();
        Wire reset = Wire.to(server.endpoint());
        if (kind == StreamKind.UNIX) {
          reset.close();
        } else {
          reset.reset();
        }
      }
      try (Wire wire = kind.connect(server, ProxyHeaders.line("UNKNOWN"))) {
        wire.send("hello\n").receiveLine();
        wire.halfClose();
        wire.receiveToEnd();
      }
      listener.awaitClose();

      assertEquals(List.of("start", "open", "echo hello", "close"), listener.events);
      assertEquals(1, server.stats().totalConnections());
      assertEquals(0, server.stats().openConnections());
      assertEquals(0, server.stats().errors());
    }
  }

  @Test
  void isSilentAboutHealthChecksWithAHeaderAlone() throws Exception {
    try (EchoServer server = start();
        Wire check = Wire.to(server.endpoint())) {
      check.send(ProxyHeaders.binary("2000", "")).halfClose();

      check.receiveToEnd();
    }
    assertEquals(List.of(), listener.allErrors);
  }

  @Test
  void refusesASecondHeader() throws Exception {
    try (EchoServer server = start();
        Wire wire = Wire.to(server.endpoint())) {
      wire.send(ProxyHeaders.ofClient(0)).send(ProxyHeaders.line("TCP4 192.0.2.3 192.0.2.9 1 7"));

      Throwable error = listener.awaitError();

      assertTrue(error.getMessage().endsWith("which is not expected"), error::toString);
    }
  }

  @Test
  void answersAtTheEndWhatHasComeWithAHeader() throws Exception {
    assumeTrue(kind == StreamKind.TCP || kind == StreamKind.UNIX, "one thread serves all");
    Gate gate = new Gate();
    builder.transformer((message, peer) -> {
      if (message.text().equals("slow")) {
        gate.enter();
      }
      return message;
    });
    try (EchoServer server = start();
        Wire busy = kind.connect(server, ProxyHeaders.line("UNKNOWN"));
        Wire waiting = Wire.to(server.endpoint());
        Wire silent = Wire.to(server.endpoint())) {
      assertEquals("hello\n", busy.send("hello\n").receiveLine());
      assertEquals("hello\n", busy.send("hello\n").receiveLine()); // the others are accepted
      busy.send("slow\n");
      gate.awaitEntered();
      waiting.send(ProxyHeaders.ofClient(3)).send("in time\n");

      server.shutdown();
      gate.open();

      assertEquals("in time\n", waiting.receiveToEnd());
      assertEquals("slow\n", busy.receiveToEnd());
      assertEquals("", silent.receiveToEnd());
    }
    assertEquals(List.of(), listener.allErrors);
  }
}

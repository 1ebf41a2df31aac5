package dev.echo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.echo.internal.server.ServerBuilder;
import dev.echo.testing.Certificates;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.RecordingListener;
import dev.echo.testing.Transport;
import dev.echo.testing.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Each fault, as a plain socket sees it, over all streams. */
@ParameterizedClass
@EnumSource
@Timeout(60)
class StreamFaultsTest {

  private static final Duration SECOND = Duration.ofSeconds(1);

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  enum Kind {
    TCP,
    TCP_WITH_EXECUTOR,
    TCP_WITH_FOUR_LOOPS,
    UNIX,
    TLS
  }

  @Parameter
  Kind kind;

  private final RecordingListener listener = new RecordingListener();
  private final AtomicLong nanos = new AtomicLong();
  private final ExecutorService executor = Executors.newSingleThreadExecutor();
  private ServerBuilder builder;

  @BeforeEach
  void build() {
    builder = new ServerBuilder().listener(listener).nanoClock(nanos::get);
    if (kind == Kind.TLS) {
      builder.sslContext(Certificates.of("server"));
    } else if (kind == Kind.TCP_WITH_EXECUTOR) {
      builder.executor(executor);
    } else if (kind == Kind.TCP_WITH_FOUR_LOOPS) {
      builder.eventLoops(4);
    }
  }

  @AfterEach
  void endExecutor() {
    executor.shutdown();
  }

  private EchoServer start(Fault... faults) throws IOException {
    return start(FaultPlan.script(faults));
  }

  private EchoServer start(FaultPlan plan) throws IOException {
    builder.faults(plan);
    return builder.start(kind == Kind.UNIX ? Transport.UNIX.free() : Endpoint.tcp(0));
  }

  private Wire connect(EchoServer server) throws IOException {
    return kind == Kind.TLS ? Wire.securedTo(server.endpoint()) : Wire.to(server.endpoint());
  }

  private EchoServer startForFirstPeer(Fault... faults) throws IOException {
    return start(FaultPlan.perPeer(FaultPlan.script(faults)));
  }

  /** Has another connection answered, by when the first would have been. */
  private void assertServesOthers(EchoServer server) throws IOException {
    int loops = kind == Kind.TCP_WITH_FOUR_LOOPS ? 4 : 1;
    for (int i = 0; i < loops; i++) {
      try (Wire other = connect(server)) {
        assertEquals("1\n", other.send("1\n").halfClose().receiveToEnd());
      }
    }
  }

  private void assertSilent(Wire peer) throws IOException {
    if (kind == Kind.TLS) {
      return; // there are session tickets to read
    }
    peer.channel.configureBlocking(false);
    assertEquals(0, peer.channel.read(ByteBuffer.allocate(1)));
    peer.channel.configureBlocking(true);
  }

  /** Among those of other connections. */
  private void awaitClose(CloseReason reason) throws InterruptedException {
    while (listener.awaitClose() != reason) {
      // Another one's.
    }
  }

  private void assertFaults(EchoServer server, String... faults) {
    assertEquals(List.of(faults), listener.faults);
    assertEquals(faults.length, server.stats().faults());
  }

  @Test
  void none() throws Exception {
    try (EchoServer server = start(Fault.none());
        Wire peer = connect(server)) {
      assertEquals("1\n2\n", peer.send("1\n2\n").receive(4));
      assertFaults(server);
    }
  }

  @Test
  void drop() throws Exception {
    try (EchoServer server = start(Fault.drop());
        Wire peer = connect(server)) {
      assertEquals("2\n", peer.send("1\n2\n").receiveLine());
      assertFaults(server, "1 drop");
      assertEquals(2, server.stats().messages());
      assertEquals(0, server.stats().dropped());
      assertEquals(List.of(), listener.allErrors);
    }
  }

  @Test
  void delay() throws Exception {
    try (EchoServer server = startForFirstPeer(Fault.delay(SECOND));
        Wire peer = connect(server)) {
      peer.send("1\n2\n");
      assertServesOthers(server);
      assertSilent(peer);

      nanos.addAndGet(SECOND.toNanos() - 1);
      assertServesOthers(server);
      assertSilent(peer);
      nanos.addAndGet(1);

      assertEquals("1\n2\n", peer.receive(4));
      assertFaults(server, "1 delay=1s");
    }
  }

  @Test
  void sendsWhatComesBeforeADelayedReplyAtOnce() throws Exception {
    try (EchoServer server = startForFirstPeer(Fault.none(), Fault.delay(SECOND));
        Wire peer = connect(server)) {
      assertEquals("1\n", peer.send("1\n2\n3\n").receiveLine());
      assertServesOthers(server); // so that the delay has begun

      nanos.addAndGet(SECOND.toNanos());

      assertEquals("2\n3\n", peer.receive(4));
    }
  }

  @Test
  void duplicate() throws Exception {
    try (EchoServer server = start(Fault.duplicate(2));
        Wire peer = connect(server)) {
      assertEquals("1\n1\n1\n2\n", peer.send("1\n2\n").receive(8));
      assertFaults(server, "1 duplicate=2");
    }
  }

  @Test
  void corrupt() throws Exception {
    try (EchoServer server = start(Fault.corrupt(1), Fault.corrupt(7));
        Wire peer = connect(server)) {
      byte[] received = peer.send("hello, world\nhello, world\n").receiveBytes(26);

      assertEquals(1, flippedBits(received, 0));
      assertEquals(7, flippedBits(received, 13));
      assertFaults(server, "1 corrupt=1", "2 corrupt=7");
    }
  }

  private static int flippedBits(byte[] received, int from) {
    byte[] sent = "hello, world\n".getBytes(UTF_8);
    assertEquals(sent[12], received[from + 12]);
    return IntStream.range(0, sent.length)
        .map(i -> Integer.bitCount((received[from + i] ^ sent[i]) & 0xff))
        .sum();
  }

  @Test
  void corruptsEveryBitButThoseThatWouldEndTheLine() throws Exception {
    try (EchoServer server = start(FaultPlan.every(1, Fault.corrupt(Integer.MAX_VALUE)));
        Wire peer = connect(server)) {
      byte[] sent = {'K' ^ 0x40, 0, 0x0b, 'z', '\n', '\n'};

      byte[] received = peer.send(sent).receiveBytes(sent.length);

      assertEquals(
          2,
          IntStream.range(0, received.length).filter(i -> received[i] == '\n').count());
      assertEquals((byte) ~'z', received[3]);
      assertEquals((byte) ~0, received[1]);
    }
  }

  @Test
  void truncate() throws Exception {
    try (EchoServer server = start(Fault.truncate(3), Fault.truncate(0), Fault.truncate(9));
        Wire peer = connect(server)) {
      assertEquals("hel\r\n\nhello\n", peer.send("hello\r\nhello\nhello\n").receive(12));
      assertFaults(server, "1 truncate=3", "2 truncate=0", "3 truncate=9");
    }
  }

  @Test
  void keepsLengthsRight() throws Exception {
    builder.framing(Framing.LENGTH_PREFIXED);
    try (EchoServer server =
            start(Fault.truncate(1), Fault.duplicate(1), Fault.corrupt(3), Fault.drop());
        Wire peer = connect(server)) {
      byte[] ab = {0, 0, 0, 2, 'a', 'b'};
      for (int i = 0; i < 5; i++) {
        peer.send(ab);
      }

      assertArrayEquals(new byte[] {0, 0, 0, 1, 'a'}, peer.receiveBytes(5));
      assertArrayEquals(ab, peer.receiveBytes(6));
      assertArrayEquals(ab, peer.receiveBytes(6));
      ByteBuffer corrupted = ByteBuffer.wrap(peer.receiveBytes(6));
      assertEquals(2, corrupted.getInt());
      assertNotEquals((short) ('a' << 8 | 'b'), corrupted.getShort());
      assertArrayEquals(ab, peer.receiveBytes(6));
    }
  }

  @Test
  void cutsAFrameWithinItsLength() throws Exception {
    builder.framing(Framing.LENGTH_PREFIXED);
    try (EchoServer server = start(Fault.close().afterBytes(3));
        Wire peer = connect(server)) {
      peer.send(new byte[] {0, 0, 0, 2, 'a', 'b'});

      assertArrayEquals(new byte[] {0, 0, 0}, peer.receiveBytesToEnd());
    }
  }

  @Test
  void changesWhatArrivesUnderRaw() throws Exception {
    builder.framing(Framing.RAW);
    try (EchoServer server = start(Fault.truncate(1).then(Fault.duplicate(2)));
        Wire peer = connect(server)) {
      assertEquals("hhh", peer.send("hello").receive(3));
      assertEquals("world", peer.send("world").receive(5));
    }
  }

  @Test
  void reorderIsRefused() throws Exception {
    try (EchoServer server = start(Fault.none(), Fault.reorder(1));
        Wire peer = connect(server)) {
      peer.send("1\n2\n3\n");

      assertEquals("1\n", peer.receiveToEnd());
      peer.channel.close();
      assertEquals(CloseReason.FAILED, listener.awaitClose());
      assertEquals(1, noLeaks.takeWarnings().size());
      String message = assertInstanceOf(IllegalArgumentException.class, listener.awaitError())
          .getMessage();
      assertTrue(message.contains("reorder=1"), message);
      assertFaults(server);
      assertEquals(1, server.stats().dropped());
    }
  }

  @Test
  void slow() throws Exception {
    try (EchoServer server = startForFirstPeer(Fault.slow(2, SECOND));
        Wire peer = connect(server)) {
      peer.send("12345\n6\n");

      for (String piece : List.of("12", "34")) {
        assertEquals(piece, peer.receive(2));
        assertServesOthers(server); // so that the pause has begun
        assertSilent(peer);
        nanos.addAndGet(SECOND.toNanos());
      }
      assertEquals("5\n6\n", peer.receive(4));
      assertFaults(server, "1 slow=2/1s");
    }
  }

  @Test
  void close() throws Exception {
    try (EchoServer server = start(Fault.none(), Fault.close());
        Wire peer = connect(server)) {
      peer.send("1\n2\n3\n");

      assertEquals("1\n", peer.receiveToEnd());
      peer.channel.close();
      assertEquals(CloseReason.FAULT, listener.awaitClose());
      assertFaults(server, "2 close");
      assertEquals(2, server.stats().messages());
      assertEquals(List.of(), listener.allErrors);
    }
  }

  @Test
  void closeWithinAReply() throws Exception {
    try (EchoServer server = start(Fault.close().afterBytes(3));
        Wire peer = connect(server)) {
      assertEquals("hel", peer.send("hello\nhello\n").receiveToEnd());
    }
  }

  @Test
  void closeAfterAReply() throws Exception {
    try (EchoServer server = start(Fault.close().afterBytes(Integer.MAX_VALUE));
        Wire peer = connect(server)) {
      assertEquals("hello\n", peer.send("hello\nhello\n").receiveToEnd());
    }
  }

  @Test
  void closeAfterADelay() throws Exception {
    FaultPlan first = FaultPlan.perPeer(FaultPlan.script(Fault.delay(SECOND).then(Fault.close())));
    try (EchoServer server = start(first);
        Wire peer = connect(server)) {
      peer.send("1\n");
      assertServesOthers(server);
      assertSilent(peer);

      nanos.addAndGet(SECOND.toNanos());

      assertEquals("", peer.receiveToEnd());
    }
  }

  @Test
  void halfClose() throws Exception {
    assumeTrue(kind != Kind.TLS, "where the JDK's client answers close_notify by its own");
    try (EchoServer server = startForFirstPeer(Fault.halfClose());
        Wire peer = connect(server)) {
      assertEquals("1\n", peer.send("1\n2\n").receiveToEnd());

      nanos.addAndGet(Duration.ofMinutes(4).toNanos());
      peer.send("3\n");
      assertServesOthers(server);
      nanos.addAndGet(Duration.ofMinutes(4).toNanos());
      peer.send("4\n");
      assertServesOthers(server);
      assertTrue(server.stats().openConnections() >= 1);
      peer.channel.close();

      awaitClose(CloseReason.FAULT);
      assertFaults(server, "1 half-close");
    }
  }

  @Test
  void reset() throws Exception {
    try (EchoServer server = start(Fault.none(), Fault.reset());
        Wire peer = connect(server)) {
      assertEquals("1\n", peer.send("1\n").receiveLine());
      peer.send("2\n");

      if (kind == Kind.UNIX) {
        assertEquals("", peer.receiveToEnd());
        peer.channel.close();
      } else {
        assertThrows(IOException.class, peer::receiveToEnd);
      }
      assertEquals(CloseReason.FAULT, listener.awaitClose());
      assertEquals(List.of(), listener.allErrors);
      assertFaults(server, "2 reset");
    }
  }

  @Test
  void resetWithinAReply() throws Exception {
    assumeTrue(kind != Kind.UNIX, "which has no resets");
    try (EchoServer server = start(Fault.reset().afterBytes(3));
        Wire peer = connect(server)) {
      assertEquals("hel", peer.send("hello\n").receive(3));

      assertThrows(IOException.class, peer::receiveToEnd);
    }
  }

  @Test
  void stall() throws Exception {
    try (EchoServer server = startForFirstPeer(Fault.stall().afterBytes(2));
        Wire peer = connect(server)) {
      assertEquals("he", peer.send("hello\nhello\n").receive(2));
      assertServesOthers(server);
      assertSilent(peer);

      nanos.addAndGet(Duration.ofMinutes(5).toNanos());

      assertServesOthers(server); // the loops look at their deadlines
      awaitClose(CloseReason.FAULT);
      assertFaults(server, "1 stall@2");
    }
  }
}

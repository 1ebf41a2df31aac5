package dev.echo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.internal.server.ServerBuilder;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.RecordingListener;
import dev.echo.testing.Until;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each fault, as a plain socket sees it, over UDP. */
@ParameterizedClass
@ValueSource(booleans = {false, true})
@Timeout(60)
class DatagramFaultsTest {

  private static final Duration LONG = Duration.ofHours(1);

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @Parameter
  boolean hasExecutor;

  private final RecordingListener listener = new RecordingListener();
  private final ExecutorService executor = Executors.newSingleThreadExecutor();
  private final ServerBuilder builder = new ServerBuilder();

  @BeforeEach
  void build() {
    builder.listener(listener);
    if (hasExecutor) {
      builder.executor(executor);
    }
  }

  @AfterEach
  void endExecutor() {
    executor.shutdown();
  }

  private EchoServer start(Fault... faults) throws IOException {
    return builder.faults(FaultPlan.script(faults)).start(Endpoint.udp(0));
  }

  private static DatagramSocket connect(EchoServer server) throws IOException {
    DatagramSocket socket = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0));
    socket.connect(server.endpoint().address());
    socket.setSoTimeout(10_000);
    return socket;
  }

  private static void send(DatagramSocket socket, String... texts) throws IOException {
    for (String text : texts) {
      byte[] bytes = text.getBytes(UTF_8);
      socket.send(new DatagramPacket(bytes, bytes.length));
    }
  }

  private static List<String> receive(DatagramSocket socket, int count) throws IOException {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
      socket.receive(packet);
      texts.add(new String(packet.getData(), 0, packet.getLength(), UTF_8));
    }
    return texts;
  }

  private void assertFaults(EchoServer server, String... faults) {
    assertEquals(List.of(faults), listener.faults);
    assertEquals(faults.length, server.stats().faults());
    assertEquals(List.of(), listener.allErrors);
  }

  @Test
  void none() throws Exception {
    try (EchoServer server = start(Fault.none());
        DatagramSocket socket = connect(server)) {
      send(socket, "1", "2");

      assertEquals(List.of("1", "2"), receive(socket, 2));
      assertFaults(server);
    }
  }

  @Test
  void drop() throws Exception {
    try (EchoServer server = start(Fault.drop());
        DatagramSocket socket = connect(server)) {
      send(socket, "1", "2");

      assertEquals(List.of("2"), receive(socket, 1));
      assertFaults(server, "1 drop");
      assertEquals(2, server.stats().messages());
      assertEquals(0, server.stats().dropped());
    }
  }

  @Test
  void delay() throws Exception {
    try (EchoServer server =
            start(Fault.delay(Duration.ofMillis(150)), Fault.delay(Duration.ofMillis(50)));
        DatagramSocket socket = connect(server)) {
      long start = System.nanoTime();
      send(socket, "1", "2", "3");

      assertEquals(List.of("3", "2", "1"), receive(socket, 3));
      assertTrue(System.nanoTime() - start >= 150_000_000, "too early");
      assertFaults(server, "1 delay=150ms", "2 delay=50ms");
    }
  }

  @Test
  void duplicate() throws Exception {
    try (EchoServer server = start(Fault.duplicate(2));
        DatagramSocket socket = connect(server)) {
      send(socket, "1", "2");

      assertEquals(List.of("1", "1", "1", "2"), receive(socket, 4));
      assertFaults(server, "1 duplicate=2");
    }
  }

  @Test
  void duplicatesADelayedReply() throws Exception {
    try (EchoServer server = start(Fault.duplicate(1).then(Fault.delay(Duration.ofMillis(20))));
        DatagramSocket socket = connect(server)) {
      send(socket, "1");

      assertEquals(List.of("1", "1"), receive(socket, 2));
    }
  }

  @Test
  void corrupt() throws Exception {
    try (EchoServer server = start(Fault.corrupt(2));
        DatagramSocket socket = connect(server)) {
      byte[] sent = "hello\n".getBytes(UTF_8);
      send(socket, "hello\n");

      DatagramPacket packet = new DatagramPacket(new byte[100], 100);
      socket.receive(packet);

      assertEquals(sent.length, packet.getLength());
      assertEquals('\n', packet.getData()[5]);
      int flipped = 0;
      for (int i = 0; i < sent.length; i++) {
        flipped += Integer.bitCount((packet.getData()[i] ^ sent[i]) & 0xff);
      }
      assertEquals(2, flipped);
      assertFaults(server, "1 corrupt=2");
    }
  }

  @Test
  void truncate() throws Exception {
    try (EchoServer server = start(Fault.truncate(3), Fault.truncate(0));
        DatagramSocket socket = connect(server)) {
      send(socket, "hello\n", "hello");

      assertEquals(List.of("hel\n", ""), receive(socket, 2));
      assertFaults(server, "1 truncate=3", "2 truncate=0");
    }
  }

  @Test
  void reorder() throws Exception {
    try (EchoServer server = start(Fault.reorder(2), Fault.none(), Fault.reorder(1));
        DatagramSocket socket = connect(server)) {
      send(socket, "1", "2", "3", "4");

      assertEquals(List.of("2", "4", "1", "3"), receive(socket, 4));
      assertFaults(server, "1 reorder=2", "3 reorder=1");
    }
  }

  @Test
  void countsAQuitReplyAsALaterOne() throws Exception {
    builder.quitWhen(QuitPredicate.textEquals("quit"));
    try (EchoServer server = start(Fault.reorder(1).then(Fault.duplicate(1)));
        DatagramSocket socket = connect(server)) {
      send(socket, "1", "quit", "2");

      assertEquals(List.of("quit", "1", "1", "2"), receive(socket, 4));
    }
  }

  @Test
  void sendsAReplyThatNothingOvertakes() throws Exception {
    try (EchoServer server = start(Fault.reorder(1));
        DatagramSocket socket = connect(server);
        DatagramSocket other = connect(server)) {
      send(socket, "1");
      send(other, "o1", "o2");

      assertEquals(List.of("1"), receive(socket, 1));
    }
  }

  @Test
  void letsGoOfWhatIsHeldBack() throws Exception {
    try (DatagramSocket socket = sendToServerThatEnds()) {
      socket.setSoTimeout(1); // the server has ended: what it has sent is here

      assertEquals(List.of("2"), receive(socket, 1));
      assertThrows(SocketTimeoutException.class, () -> receive(socket, 1));
    }
  }

  private DatagramSocket sendToServerThatEnds() throws Exception {
    DatagramSocket socket;
    try (EchoServer server = start(Fault.delay(LONG), Fault.none(), Fault.reorder(1))) {
      socket = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0));
      for (String text : List.of("1", "2", "3")) {
        byte[] bytes = text.getBytes(UTF_8);
        socket.send(new DatagramPacket(bytes, bytes.length, server.endpoint().address()));
      }
      Until.holds(() -> server.stats().messages() >= 3);
      long start = System.nanoTime();
      server.shutdown();
      assertTrue(server.awaitTermination(Duration.ofSeconds(10)));
      assertTrue(System.nanoTime() - start < Duration.ofSeconds(9).toNanos());
    }
    return socket;
  }

  @Test
  void dropsWhatFindsNoRoom() throws Exception {
    builder.faults(FaultPlan.every(1, Fault.delay(LONG)));
    try (EchoServer server = builder.start(Endpoint.udp(0));
        DatagramSocket socket = connect(server)) {
      for (int i = 1; i <= 1024; i++) {
        send(socket, "x");
        if (i % 64 == 0) {
          awaitMessages(server, i);
        }
      }
      assertEquals(0, server.stats().dropped());

      send(socket, "y");

      String message =
          assertInstanceOf(IOException.class, listener.awaitError()).getMessage();
      assertTrue(message.contains("1024 of 1024"), message);
      assertEquals(1, server.stats().dropped());
    }
  }

  @Test
  void dropsWhatPassesTheBytesThatMayBeHeld() throws Exception {
    builder.faults(FaultPlan.every(1, Fault.delay(LONG))).maxMessageSize(60_000);
    try (EchoServer server = builder.start(Endpoint.udp(0));
        DatagramSocket socket = connect(server)) {
      String large = "x".repeat(60_000);
      int fit = (4 << 20) / 60_000;
      for (int i = 1; i <= fit; i++) {
        send(socket, large);
        awaitMessages(server, i);
      }
      assertEquals(0, server.stats().dropped());

      send(socket, large);

      String message =
          assertInstanceOf(IOException.class, listener.awaitError()).getMessage();
      assertTrue(message.contains(fit * 60_000 + " of " + (4 << 20) + " bytes"), message);
    }
  }

  private static void awaitMessages(EchoServer server, int count) {
    Until.holds(() -> server.stats().messages() >= count);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"slow=1/1ms", "close", "half-close", "reset@3", "stall", "delay=1s+stall"})
  void refusesWhatIsForStreams(String fault) throws Exception {
    try (EchoServer server = start(Fault.parse(fault));
        DatagramSocket socket = connect(server)) {
      send(socket, "1", "2");

      assertEquals(List.of("2"), receive(socket, 1));
      String message = assertInstanceOf(IllegalArgumentException.class, listener.awaitError())
          .getMessage();
      assertTrue(message.contains(fault), message);
      assertEquals(1, server.stats().dropped());
      assertEquals(0, server.stats().faults());
      assertEquals(1, noLeaks.takeWarnings().size());
    }
  }
}

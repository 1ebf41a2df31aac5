package dev.echo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.echo.internal.server.ServerBuilder;
import dev.echo.testing.Gate;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.RecordingListener;
import dev.echo.testing.Until;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server does with single datagrams. */
@Timeout(30)
class DatagramServerTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  private static void send(DatagramSocket socket, Endpoint to, String text) throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    socket.send(new DatagramPacket(bytes, bytes.length, (InetSocketAddress) to.address()));
  }

  private static String receive(DatagramSocket socket) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
    socket.setSoTimeout((int) SOON.toMillis());
    socket.receive(packet);
    return new String(packet.getData(), 0, packet.getLength(), UTF_8);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "LINES,           hello,       HELLO!",
        "LINES,           \"a\n\",     \"A!\n\"",
        "LINES,           \"a\r\n\",   \"A!\r\n\"",
        "LINES,           \"a\nb\n\",  \"A\nB!\n\"",
        "LINES,           \"a\n\n\",   \"A\n!\n\"",
        "LINES,           \"\",        !",
        "RAW,             \"a\n\",     \"A\n!\"",
        "LENGTH_PREFIXED, \"a\n\",     \"A\n!\"",
      })
  void putsALineEndingBackOnlyUnderLines(Framing framing, String sent, String expected)
      throws Exception {
    MessageTransformer transformer =
        MessageTransformer.upperCase().andThen(MessageTransformer.suffix("!"));
    try (EchoServer server =
            EchoServer.builder().framing(framing).transformer(transformer).start(Endpoint.udp(0));
        DatagramSocket socket = new DatagramSocket()) {
      send(socket, server.endpoint(), sent == null ? "" : sent);

      assertEquals(expected, receive(socket));
    }
  }

  @Test
  void recognizesQuitBehindALineEnding() throws Exception {
    EchoServer server = EchoServer.builder()
        .quitWhen(QuitPredicate.textEquals("quit"), QuitScope.SERVER)
        .start(Endpoint.udp(0));
    try (DatagramSocket socket = new DatagramSocket()) {
      send(socket, server.endpoint(), "quit\n");

      assertEquals("quit\n", receive(socket));
      assertTrue(server.awaitTermination(SOON));
    }
  }

  @Test
  void answersNothingThatComesFromAPrivilegedPort() throws Exception {
    DatagramSocket privileged = privilegedSocket();
    try (privileged;
        EchoServer server = EchoServer.start(Endpoint.udp(0));
        DatagramSocket socket = new DatagramSocket()) {
      send(privileged, server.endpoint(), "x");
      send(socket, server.endpoint(), "y");

      assertEquals("y", receive(socket));
      assertEquals(1, server.stats().rejected());
      assertEquals(1, server.stats().messages());
    }
  }

  private static DatagramSocket privilegedSocket() {
    SocketException failure = null;
    for (int port = 1_023; port > 512; port--) {
      try {
        return new DatagramSocket(port, InetAddress.getLoopbackAddress());
      } catch (SocketException e) {
        failure = e;
      }
    }
    return abort("no privileged port is to be had: " + failure);
  }

  @Test
  void reportsAReplyThatFitsIntoNoDatagram() throws Exception {
    RecordingListener listener = new RecordingListener();
    try (EchoServer server = EchoServer.builder()
            .transformer(MessageTransformer.suffix("!".repeat(65_507)))
            .listener(listener)
            .start(Endpoint.udp(0));
        DatagramSocket socket = new DatagramSocket()) {
      send(socket, server.endpoint(), "x");

      Throwable error = listener.awaitError();
      assertInstanceOf(IOException.class, error);
      assertTrue(error.getMessage().startsWith("Send to udp://"), error.getMessage());
      assertEquals(1, server.stats().dropped());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void answersAllThatItReadBeforeShutdown(boolean onExecutor) throws Exception {
    Gate gate = new Gate();
    ExecutorService executor = Executors.newFixedThreadPool(2);
    EchoServer.Builder builder = EchoServer.builder().transformer(gate.transformer());
    if (onExecutor) {
      builder.executor(executor);
    }
    EchoServer server = builder.start(Endpoint.udp(0));
    try (DatagramSocket socket = new DatagramSocket()) {
      for (int i = 0; i < 50; i++) {
        send(socket, server.endpoint(), "m" + i);
      }
      gate.awaitEntered();
      server.shutdown();
      gate.open();

      assertTrue(server.awaitTermination(SOON));
      long answered = server.stats().messages();
      assertTrue(answered > 0);
      for (int i = 0; i < answered; i++) {
        assertTrue(receive(socket).startsWith("m"));
      }
    } finally {
      executor.shutdown();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void endsAlthoughDatagramsKeepComing(boolean onExecutor) throws Exception {
    try (DatagramSocket flood = new DatagramSocket();
        DatagramSocket socket = new DatagramSocket()) {
      long now = System.nanoTime();
      LongSupplier fast = () -> 20 * (System.nanoTime() - now);
      EchoServer.Builder builder = new ServerBuilder()
          .nanoClock(fast)
          .transformer((message, sender) -> {
            try { // so that there is always one left
              flood.send(new DatagramPacket(new byte[1], 1, flood.getRemoteSocketAddress()));
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
            return message;
          });
      if (onExecutor) {
        builder.executor(Runnable::run);
      }
      EchoServer server = builder.start(Endpoint.udp(0));
      try {
        flood.connect(server.endpoint().address());
        send(socket, server.endpoint(), "x");
        assertEquals("x", receive(socket));

        server.shutdown();

        assertTrue(server.awaitTermination(SOON));
        assertEquals(0, server.stats().errors());
      } finally {
        server.shutdownNow();
      }
    }
  }

  @Test
  void endsInOrderAfterAnExecutorHasRefused() throws Exception {
    RecordingListener listener = new RecordingListener();
    Executor refusing = task -> {
      throw new RejectedExecutionException();
    };
    EchoServer server =
        EchoServer.builder().executor(refusing).listener(listener).start(Endpoint.udp(0));
    try (DatagramSocket socket = new DatagramSocket()) {
      send(socket, server.endpoint(), "x");
      assertInstanceOf(RejectedExecutionException.class, listener.awaitError());

      server.shutdown();

      assertTrue(server.awaitTermination(SOON));
      assertEquals(1, noLeaks.takeWarnings().size()); // of the user's executor
    } finally {
      server.shutdownNow();
    }
  }

  @ParameterizedTest
  @EnumSource(QuitScope.class)
  void keepsServingAfterAQuitOfConnectionScope(QuitScope scope) throws Exception {
    EchoServer server = EchoServer.builder()
        .quitWhen(QuitPredicate.textEquals("quit"), scope)
        .start(Endpoint.udp(0));
    try (server;
        DatagramSocket socket = new DatagramSocket()) {
      send(socket, server.endpoint(), "quit");
      assertEquals("quit", receive(socket));

      if (scope == QuitScope.SERVER) {
        assertTrue(server.awaitTermination(SOON));
      } else {
        send(socket, server.endpoint(), "x");
        assertEquals("x", receive(socket));
      }
    }
  }

  @Test
  void refusesASenderThatAsksTooOftenWhateverItsPort() throws Exception {
    AtomicLong nanos = new AtomicLong();
    try (EchoServer server =
            new ServerBuilder().maxSenderRate(3).nanoClock(nanos::get).start(Endpoint.udp(0));
        DatagramSocket socket = new DatagramSocket();
        DatagramSocket other = new DatagramSocket()) {
      for (String text : List.of("1", "2", "3")) {
        send(socket, server.endpoint(), text);
        assertEquals(text, receive(socket));
      }
      send(socket, server.endpoint(), "4");
      send(other, server.endpoint(), "5");
      awaitRejected(server, 2);

      nanos.set(Duration.ofMillis(334).toNanos());
      send(other, server.endpoint(), "6");

      assertEquals("6", receive(other));
      assertEquals(4, server.stats().messages());
      assertEquals(0, server.stats().errors());
    }
  }

  private static void awaitRejected(EchoServer server, int count) {
    Until.holds(() -> server.stats().rejected() >= count);
    assertEquals(count, server.stats().rejected());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void numbersSendersAndTheirMessagesInTheOrderOfArrival(boolean onExecutor) throws Exception {
    int messages = 20;
    Map<String, String> numbers = new ConcurrentHashMap<>();
    EchoListener listener = new EchoListener() {
      @Override
      public void onEcho(Exchange exchange) {
        numbers.put(exchange.received().text(), exchange.peer().number() + "#" + exchange.number());
      }
    };
    ExecutorService executor = Executors.newFixedThreadPool(4);
    EchoServer.Builder builder = EchoServer.builder().maxMessageSize(10).listener(listener);
    if (onExecutor) {
      builder.executor(executor);
    }
    try (EchoServer server = builder.start(Endpoint.udp(0));
        DatagramSocket first = new DatagramSocket();
        DatagramSocket second = new DatagramSocket()) {
      send(first, server.endpoint(), "x".repeat(11)); // dropped, though it has a number
      for (int i = 2; i <= messages; i++) {
        send(first, server.endpoint(), "1#" + i);
        send(second, server.endpoint(), "2#" + (i - 1));
      }
      for (int i = 2; i <= messages; i++) {
        receive(first);
        receive(second);
      }

      assertEquals(2 * (messages - 1), numbers.size());
      numbers.forEach((text, number) -> assertEquals(text, number));
    } finally {
      executor.shutdown();
    }
  }

  @Test
  void interruptsAListenerThatBlocksAtTheForcedEnd() throws Exception {
    for (int i = 0; i < 20; i++) { // each interrupt comes at another moment
      CountDownLatch interrupted = new CountDownLatch(1);
      EchoListener blocking = new EchoListener() {
        @Override
        public void onTermination() {
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            interrupted.countDown();
          }
        }
      };
      EchoServer server = EchoServer.builder().listener(blocking).start(Endpoint.udp(0));

      server.shutdownNow();

      assertTrue(server.awaitTermination(Duration.ofSeconds(10)));
      assertEquals(0, interrupted.getCount());
    }
  }
}

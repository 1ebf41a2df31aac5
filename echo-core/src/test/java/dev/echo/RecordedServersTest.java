package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.echo.testing.NoLeaks;
import dev.echo.testing.RecordingListener;
import dev.echo.testing.Transport;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Servers that a recorder listens to. */
@Timeout(30)
class RecordedServersTest {

  private static final Duration LONG = Duration.ofSeconds(10);

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  private final EchoRecorder recorder = EchoRecorder.create();

  @ParameterizedTest
  @EnumSource(Transport.class)
  void hasTheExchangeWhenTheClientHasTheReply(Transport transport) throws Exception {
    RecordingListener before = new RecordingListener();
    RecordingListener after = new RecordingListener();
    EchoListener listener = before.andThen(recorder).andThen(after);
    try (EchoServer server = EchoServer.builder()
            .transformer(MessageTransformer.upperCase())
            .listener(listener)
            .start(transport.free());
        EchoClient client = EchoClient.connect(server.endpoint())) {
      for (int i = 1; i <= 100; i++) {
        client.send("m" + i);

        Exchange exchange = recorder.take(Duration.ZERO);

        assertEquals(i, exchange.number());
        assertEquals(Message.of("m" + i), exchange.received());
        assertEquals(Message.of("M" + i), exchange.reply());
      }
      recorder.assertQuiet(Duration.ofMillis(1));
    }
    assertEquals(before.events, after.events);
    if (transport.isStream()) {
      assertEquals(CloseReason.PEER_CLOSED, recorder.takeClosed(LONG).reason());
    } else {
      assertThrows(AssertionError.class, () -> recorder.takeClosed(Duration.ZERO));
    }
  }

  @Test
  void hasTheExchangeAlsoIfItsReplyIsMadeOnAnExecutor() throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(2);
    try (EchoServer server =
            EchoServer.builder().executor(executor).listener(recorder).start(Endpoint.tcp(0));
        EchoClient client = EchoClient.connect(server.endpoint())) {
      for (int i = 1; i <= 100; i++) {
        client.send("m");
        assertEquals(i, recorder.take(Duration.ZERO).number());
      }
    } finally {
      executor.shutdown();
    }
  }

  @Test
  void hasTheExchangeWhoseReplyIsDropped() throws Exception {
    try (EchoServer server = EchoServer.builder()
            .faults(FaultPlan.script(Fault.drop()))
            .listener(recorder)
            .start(Endpoint.udp(0));
        EchoClient client =
            EchoClient.builder().timeout(Duration.ofMillis(50)).connect(server.endpoint())) {
      assertThrows(EchoTimeoutException.class, () -> client.send("lost"));

      assertEquals("lost", recorder.take().received().text());
    }
  }

  @Test
  void hasTheFailureOfATransformer() throws Exception {
    RuntimeException failure = new IllegalStateException("as it happens");
    try (EchoServer server = EchoServer.builder()
            .transformer((message, peer) -> {
              throw failure;
            })
            .listener(recorder)
            .start(Endpoint.tcp(0));
        EchoClient client = EchoClient.connect(server.endpoint())) {
      assertThrows(IOException.class, () -> client.send("hello"));

      EchoRecorder.Failed failed = recorder.takeFailed(LONG);

      assertSame(failure, failed.error());
      assertEquals(
          new EchoRecorder.Closed(failed.peer(), CloseReason.FAILED), recorder.takeClosed(LONG));
      recorder.assertQuiet(Duration.ZERO);
    }
    assertEquals(1, noLeaks.takeWarnings().size());
  }

  @Test
  void recordsSeveralServers() throws Exception {
    try (EchoServer first = EchoServer.builder().listener(recorder).start(Endpoint.tcp(0));
        EchoServer second = EchoServer.builder().listener(recorder).start(Endpoint.udp(0));
        EchoClient toFirst = EchoClient.connect(first.endpoint());
        EchoClient toSecond = EchoClient.connect(second.endpoint())) {
      toFirst.send("a");
      toSecond.send("b");

      List<Exchange> both = recorder.exchanges();
      assertSame(both.get(0), recorder.take(Duration.ZERO));
      assertSame(both.get(1), recorder.take(Duration.ZERO));
      assertEquals(
          List.of("a", "b"),
          both.stream().map(exchange -> exchange.received().text()).toList());
    }
  }
}

package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;

import dev.echo.testing.NoLeaks;
import dev.echo.testing.RecordingListener;
import dev.echo.testing.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What user code may do, whatever the transport. */
@ParameterizedClass
@EnumSource(Transport.class)
@Timeout(30)
class UserCodeContractTest {

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @Parameter
  Transport transport;

  @Test
  void containsWhateverUserCodeThrows() throws Exception {
    List<Throwable> failures = List.of(
        new IllegalStateException("x"),
        new StackOverflowError(),
        new OutOfMemoryError("made up"),
        new AssertionError("x"),
        new ThreadDeathLike());
    AtomicInteger turn = new AtomicInteger();
    RecordingListener listener = new RecordingListener();
    MessageTransformer transformer = (message, peer) -> {
      if (message.text().equals("fail")) {
        sneakyThrow(failures.get(turn.getAndIncrement()));
      }
      return message;
    };
    try (EchoServer server =
        EchoServer.builder().transformer(transformer).listener(listener).start(transport.free())) {
      for (Throwable failure : failures) {
        try (EchoClient client =
            EchoClient.builder().timeout(Duration.ofMillis(50)).connect(server.endpoint())) {
          assertThrows(java.io.IOException.class, () -> client.send("fail"));
          assertEquals(failure, listener.awaitError());
        }
      }

      try (EchoClient client = EchoClient.connect(server.endpoint())) {
        assertEquals("ok", client.send("ok").message().text());
      }
      assertEquals(failures.size(), server.stats().errors());
      assertEquals(failures.size(), server.stats().dropped());
    }
    assertEquals(1, noLeaks.takeWarnings().size(), "the first is a warning");
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void sneakyThrow(Throwable e) throws T {
    throw (T) e;
  }

  @Test
  void namesATransformerThatReturnsNull() throws Exception {
    RecordingListener listener = new RecordingListener();
    MessageTransformer nothing = new MessageTransformer() {
      @Override
      public Message transform(Message message, Peer peer) {
        return null;
      }

      @Override
      public String toString() {
        return "nothing";
      }
    };
    try (EchoServer server =
            EchoServer.builder().transformer(nothing).listener(listener).start(transport.free());
        EchoClient client = EchoClient.connect(server.endpoint())) {
      client.sendAsync("x");

      Throwable error = listener.awaitError();
      assertInstanceOf(NullPointerException.class, error);
      assertEquals("Transformer nothing returned null", error.getMessage());
    }
    noLeaks.takeWarnings();
  }

  @Test
  void survivesAListenerThatThrowsAndLogsItOnce() throws Exception {
    EchoListener listener = mock(EchoListener.class, call -> {
      throw new IllegalStateException("listener");
    });
    try (EchoServer server = EchoServer.builder().listener(listener).start(transport.free());
        EchoClient client = EchoClient.connect(server.endpoint())) {
      assertEquals("a", client.send("a").message().text());
      assertEquals("b", client.send("b").message().text());
    }
    assertEquals(1, noLeaks.takeWarnings().size());
    verify(listener).onTermination();
  }

  @Test
  void survivesUserCodeThatInterruptsItsThread() throws Exception {
    MessageTransformer transformer = (message, peer) -> {
      Thread.currentThread().interrupt();
      return message;
    };
    try (EchoServer server = EchoServer.builder().transformer(transformer).start(transport.free());
        EchoClient client = EchoClient.connect(server.endpoint())) {
      for (int i = 0; i < 10; i++) {
        assertEquals("m" + i, client.send("m" + i).message().text());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void runsUserCodeOnTheExecutor(int threads) throws Exception {
    ExecutorService executor =
        Executors.newFixedThreadPool(threads, task -> new Thread(task, "user-code"));
    RecordingListener listener = new RecordingListener();
    try (EchoServer server = EchoServer.builder()
            .executor(executor)
            .listener(listener)
            .transformer((message, peer) ->
                Message.of(message.text() + " on " + Thread.currentThread().getName()))
            .quitWhen(QuitPredicate.textEquals("quit"))
            .start(transport.free());
        EchoClient client = EchoClient.connect(server.endpoint())) {
      List<CompletableFuture<Echo>> echoes = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        echoes.add(client.sendAsync("m" + i));
      }

      for (int i = 0; i < echoes.size(); i++) {
        String reply = echoes.get(i).get(10, TimeUnit.SECONDS).message().text();
        assertEquals("m" + i + " on user-code", reply);
      }
      assertEquals("quit", client.send("quit").message().text());
      assertEquals(501, server.stats().messages());
    } finally {
      executor.shutdown();
    }
  }

  @Test
  void runsOnAnExecutorThatIsTheCallingThread() throws Exception {
    try (EchoServer server = EchoServer.builder().executor(Runnable::run).start(transport.free());
        EchoClient client = EchoClient.connect(server.endpoint())) {
      for (int i = 0; i < 100; i++) {
        assertEquals("m" + i, client.send("m" + i).message().text());
      }
    }
  }

  @Test
  void reportsAnExecutorThatRefuses() throws Exception {
    ExecutorService executor = Executors.newSingleThreadExecutor();
    executor.shutdown();
    RecordingListener listener = new RecordingListener();
    try (EchoServer server =
            EchoServer.builder().executor(executor).listener(listener).start(transport.free());
        EchoClient client = EchoClient.connect(server.endpoint())) {
      client.sendAsync("x");

      assertInstanceOf(
          java.util.concurrent.RejectedExecutionException.class, listener.awaitError());
      assertEquals(1, server.stats().dropped());
    }
    assertEquals(1, noLeaks.takeWarnings().size());
  }

  /** An Error that is nobody's in particular. */
  private static final class ThreadDeathLike extends Error {
    private static final long serialVersionUID = 1L;
  }
}

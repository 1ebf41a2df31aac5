package dev.echo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoMoreInteractions;
import static org.mockito.Mockito.when;

import dev.echo.testing.Gate;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.RecordingListener;
import dev.echo.testing.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.mockito.ArgumentCaptor;
import org.mockito.InOrder;

/** What holds whatever the transport. */
@ParameterizedClass
@EnumSource(Transport.class)
@Timeout(30)
class EchoContractTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @Parameter
  Transport transport;

  @Test
  void sendsMessagesBackUnchangedByDefault() throws Exception {
    try (EchoServer server = EchoServer.start(transport.free());
        EchoClient client = EchoClient.connect(server.endpoint())) {
      Echo echo = client.send("hello");

      assertEquals(Message.of("hello"), echo.message());
      assertFalse(echo.quit());
      assertTrue(echo.roundTrip().toNanos() > 0);
      assertEquals(server.endpoint(), client.endpoint());
    }
  }

  @ParameterizedTest
  @EnumSource(Framing.class)
  void carriesEveryByteInEveryFraming(Framing framing) throws Exception {
    byte[] all = new byte[256];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) (framing == Framing.LINES && i == '\n' ? 0 : i);
    }
    try (EchoServer server = EchoServer.builder().framing(framing).start(transport.free());
        EchoClient client = EchoClient.builder().framing(framing).connect(server.endpoint())) {
      assertArrayEquals(all, client.send(Message.of(all)).message().toByteArray());
    }
  }

  @ParameterizedTest
  @EnumSource(Framing.class)
  void echoesEmptyMessagesBetweenOthers(Framing framing) throws Exception {
    try (EchoServer server = EchoServer.builder().framing(framing).start(transport.free());
        EchoClient client = EchoClient.builder().framing(framing).connect(server.endpoint())) {
      assertEquals("a", client.send("a").message().text());
      assertEquals(Message.empty(), client.send(Message.empty()).message());
      assertEquals("b", client.send("b").message().text());
    }
  }

  @ParameterizedTest
  @EnumSource(Framing.class)
  void keepsTheOrderOfManyMessagesInFlight(Framing framing) throws Exception {
    MessageTransformer transformer =
        framing == Framing.RAW ? MessageTransformer.upperCase() : MessageTransformer.suffix("!");
    try (EchoServer server =
            EchoServer.builder().framing(framing).transformer(transformer).start(transport.free());
        EchoClient client = EchoClient.builder().framing(framing).connect(server.endpoint())) {
      List<CompletableFuture<Echo>> echoes = new ArrayList<>();
      for (int i = 0; i < 2_000; i++) {
        echoes.add(client.sendAsync("m" + i));
      }

      for (int i = 0; i < echoes.size(); i++) {
        Message expected =
            transformer.transform(Message.of("m" + i), Peer.of(client.localEndpoint()));
        assertEquals(expected, echoes.get(i).get(10, TimeUnit.SECONDS).message());
      }
    }
  }

  @Test
  void sharesOneClientAmongThreads() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (EchoServer server = EchoServer.builder()
            .transformer(MessageTransformer.prefix("> "))
            .start(transport.free());
        EchoClient client = EchoClient.connect(server.endpoint())) {
      List<CompletableFuture<Void>> done = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        int thread = t;
        done.add(CompletableFuture.runAsync(
            () -> {
              for (int i = 0; i < 200; i++) {
                String text = thread + "-" + i;
                assertEquals("> " + text, sendBothWays(client, text, i % 2 == 0));
              }
            },
            threads));
      }

      CompletableFuture.allOf(done.toArray(new CompletableFuture<?>[0])).get(20, TimeUnit.SECONDS);
      assertEquals(800, server.stats().messages());
    } finally {
      threads.shutdown();
    }
  }

  private static String sendBothWays(EchoClient client, String text, boolean async) {
    try {
      return (async ? client.sendAsync(text).get(10, TimeUnit.SECONDS) : client.send(text))
          .message()
          .text();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void countsAndTellsBeforeTheReplyArrives() throws Exception {
    RecordingListener listener = new RecordingListener();
    try (EchoServer server = EchoServer.builder()
            .transformer(MessageTransformer.suffix("?"))
            .listener(listener)
            .start(transport.free());
        EchoClient client = EchoClient.connect(server.endpoint())) {
      for (int i = 1; i <= 100; i++) {
        client.send("abc");

        EchoStats stats = server.stats();
        assertEquals(i, stats.messages());
        assertEquals(3L * i, stats.bytesIn());
        assertEquals(4L * i, stats.bytesOut());
        assertEquals("echo abc", listener.events.get(listener.events.size() - 1));
      }
    }
  }

  @Test
  void callsPredicateTransformerAndListenerOnceEachInThisOrder() throws Exception {
    QuitPredicate predicate = mock(QuitPredicate.class);
    MessageTransformer transformer = mock(MessageTransformer.class);
    EchoListener listener = mock(EchoListener.class);
    when(transformer.transform(eq(Message.of("hello")), any())).thenReturn(Message.of("world"));
    try (EchoServer server = EchoServer.builder()
            .quitWhen(predicate)
            .transformer(transformer)
            .listener(listener)
            .start(transport.free());
        EchoClient client = EchoClient.connect(server.endpoint())) {
      assertEquals("world", client.send("hello").message().text());

      Peer peer = listenedTo(listener);
      assertEquals(client.localEndpoint(), peer.endpoint());
      assertEquals(1, peer.number());
      InOrder order = inOrder(predicate, transformer, listener);
      order.verify(listener).onStart(server.endpoint());
      order.verify(listener, times(transport.isStream() ? 1 : 0)).onOpen(peer);
      order.verify(predicate).test(Message.of("hello"), peer);
      order.verify(transformer).transform(Message.of("hello"), peer);
      order
          .verify(listener)
          .onEcho(new Exchange(peer, 1, Message.of("hello"), Message.of("world"), false));
      verifyNoMoreInteractions(predicate, transformer);
    }
    verify(listener, times(transport.isStream() ? 1 : 0)).onClose(any(), any());
    verify(listener).onTermination();
    verify(listener, times(0)).onError(any(), any());
  }

  private static Peer listenedTo(EchoListener listener) {
    ArgumentCaptor<Exchange> told = ArgumentCaptor.forClass(Exchange.class);
    verify(listener).onEcho(told.capture());
    return told.getValue().peer();
  }

  @Test
  void answersQuitUnmodifiedAndWithoutTheTransformer() throws Exception {
    MessageTransformer transformer = mock(MessageTransformer.class);
    RecordingListener listener = new RecordingListener();
    try (EchoServer server = EchoServer.builder()
            .quitWhen(QuitPredicate.textEqualsIgnoreCase("quit"))
            .transformer(transformer)
            .listener(listener)
            .start(transport.free());
        EchoClient client = EchoClient.builder()
            .quitWhen(QuitPredicate.textEquals("QuiT"))
            .connect(server.endpoint())) {
      Echo echo = client.send("QuiT");

      assertEquals("QuiT", echo.message().text());
      assertTrue(echo.quit());
      assertFalse(client.isOpen());
      assertTrue(listener.events.contains("echo QuiT quit"));
      verifyNoMoreInteractions(transformer);
      assertFalse(server.isTerminated());
    }
  }

  @Test
  void endsTheServerWhenQuitHasItsScope() throws Exception {
    EchoServer server = EchoServer.builder()
        .quitWhen(QuitPredicate.textEquals("quit"), QuitScope.SERVER)
        .start(transport.free());
    try (EchoClient client = EchoClient.connect(server.endpoint())) {
      assertEquals("quit", client.send("quit").message().text());

      assertTrue(server.awaitTermination(SOON));
    }
  }

  @Test
  void acceptsMessagesUpToTheLimitAndDropsLargerOnes() throws Exception {
    RecordingListener listener = new RecordingListener();
    try (EchoServer server =
        EchoServer.builder().maxMessageSize(100).listener(listener).start(transport.free())) {
      try (EchoClient client = EchoClient.connect(server.endpoint());
          EchoClient unanswered =
              EchoClient.builder().timeout(Duration.ofMillis(100)).connect(server.endpoint())) {
        assertEquals(99, client.send("x".repeat(99)).message().size());
        assertEquals(100, client.send("x".repeat(100)).message().size());
        assertThrows(java.io.IOException.class, () -> unanswered.send("x".repeat(101)));
      }

      Throwable error = listener.awaitError();
      assertInstanceOf(MessageTooLargeException.class, error);
      assertEquals(101, ((MessageTooLargeException) error).size());
      assertEquals(100, ((MessageTooLargeException) error).limit());
      assertTrue(error.getMessage().contains("101") && error.getMessage().contains("100"));
      assertEquals(1, server.stats().dropped());
    }
  }

  @Test
  void clientRefusesWhatIsTooLargeBeforeItIsSent() throws Exception {
    try (EchoServer server = EchoServer.start(transport.free());
        EchoClient client = EchoClient.builder().maxMessageSize(10).connect(server.endpoint())) {
      assertEquals(10, client.send("x".repeat(10)).message().size());
      MessageTooLargeException error =
          assertThrows(MessageTooLargeException.class, () -> client.send("x".repeat(11)));

      assertEquals(
          "Message to " + server.endpoint() + " has 11 bytes, the limit is 10", error.getMessage());
      assertEquals("ok", client.send("ok").message().text());
      assertEquals(2, server.stats().messages());
    }
  }

  @Test
  void clientDropsAReplyThatIsTooLargeAndGoesOn() throws Exception {
    try (EchoServer server = EchoServer.builder()
            .transformer(
                MessageTransformer.text(text -> text.equals("big") ? "x".repeat(11) : text))
            .start(transport.free());
        EchoClient client = EchoClient.builder().maxMessageSize(10).connect(server.endpoint())) {
      CompletableFuture<Echo> before = client.sendAsync("a");
      CompletableFuture<Echo> big = client.sendAsync("big");
      CompletableFuture<Echo> after = client.sendAsync("b");

      assertEquals("a", before.get(10, TimeUnit.SECONDS).message().text());
      Throwable error = assertThrows(Exception.class, () -> big.get(10, TimeUnit.SECONDS));
      assertInstanceOf(MessageTooLargeException.class, error.getCause());
      assertEquals("b", after.get(10, TimeUnit.SECONDS).message().text());
      assertTrue(client.isOpen());
    }
  }

  @Test
  void busyPollingAnswersTheSame() throws Exception {
    try (EchoServer server =
            EchoServer.builder().busyPoll(Duration.ofMillis(1)).start(transport.free());
        EchoClient client =
            EchoClient.builder().busyPoll(Duration.ofMillis(1)).connect(server.endpoint())) {
      for (int i = 0; i < 100; i++) {
        assertEquals("m" + i, client.send("m" + i).message().text());
        assertEquals(
            "n" + i,
            client.sendAsync("n" + i).get(10, TimeUnit.SECONDS).message().text());
      }
    }
  }

  @Test
  void aPollingClientTimesOutAndIsInterruptedLikeAnother() throws Exception {
    Thread sender = Thread.currentThread();
    Gate gate = new Gate();
    MessageTransformer late = (message, from) -> {
      if (message.text().equals("interrupt")) {
        sender.interrupt();
        return message;
      }
      gate.enter();
      return message;
    };
    try (EchoServer server = EchoServer.builder().transformer(late).start(transport.free());
        EchoClient client = EchoClient.builder()
            .busyPoll(Duration.ofMinutes(1))
            .timeout(Duration.ofMillis(50))
            .connect(server.endpoint());
        EchoClient interrupted =
            EchoClient.builder().busyPoll(Duration.ofMinutes(1)).connect(server.endpoint())) {
      assertThrows(EchoTimeoutException.class, () -> client.send("late"));
      gate.open();
      assertThrows(InterruptedException.class, () -> {
        interrupted.send("interrupt");
        new CountDownLatch(1).await(); // for a reply that was faster than the interrupt
      });
    }
  }

  @Test
  void dropsInvalidUtf8Nowhere() throws Exception {
    Message invalid = Message.of(new byte[] {'a', (byte) 0xff, (byte) 0xc3, 'b'});
    Message upper = Message.of(new byte[] {'A', (byte) 0xff, (byte) 0xc3, 'B'});
    try (EchoServer server = EchoServer.builder()
            .transformer(MessageTransformer.upperCase())
            .start(transport.free());
        EchoClient client = EchoClient.connect(server.endpoint())) {
      assertEquals(upper, client.send(invalid).message());
    }
  }

  @Test
  void appendsThePortOfTheSender() throws Exception {
    try (EchoServer server = EchoServer.builder()
            .transformer(MessageTransformer.appendSenderPort())
            .start(transport.free());
        EchoClient client = EchoClient.connect(server.endpoint())) {
      String reply = client.send("hello").message().text();

      Endpoint local = client.localEndpoint();
      String port = local instanceof Endpoint.Tcp tcp
          ? " (from port " + tcp.port() + ")"
          : local instanceof Endpoint.Udp udp ? " (from port " + udp.port() + ")" : "";
      assertEquals("hello" + port, reply);
    }
  }

  @Test
  void passesThePeerToPredicateAndTransformer() throws Exception {
    QuitPredicate predicate = mock(QuitPredicate.class);
    try (EchoServer server = EchoServer.builder().quitWhen(predicate).start(transport.free());
        EchoClient client = EchoClient.connect(server.endpoint())) {
      client.send("x");

      Endpoint local = client.localEndpoint();
      verify(predicate).test(any(), argThat(peer -> peer.endpoint().equals(local)));
    }
  }
}

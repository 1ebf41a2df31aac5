package dev.echo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.testing.Transport;
import dev.echo.testing.Wire;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client does with servers that are not ours, driven by hand on a plain socket. */
@Timeout(30)
class EchoClientTest extends ListeningTest {

  private static final Duration SHORT = Duration.ofMillis(500);

  @Test
  void neverHandsALateReplyToTheNextMessage() throws Exception {
    try (EchoClient client = EchoClient.builder().timeout(SHORT).connect(endpoint);
        Wire server = accept()) {
      EchoTimeoutException error =
          assertThrows(EchoTimeoutException.class, () -> client.send("late"));
      assertEquals("No reply from " + endpoint + " within 500 ms", error.getMessage());
      assertTrue(client.isOpen());

      CompletableFuture<Echo> next = client.sendAsync("next");
      server.send("reply to late\nreply to next\n");

      assertEquals("reply to next", next.get(10, TimeUnit.SECONDS).message().text());
      assertEquals("late\nnext\n", server.receive(10));
    }
  }

  @Test
  void timesOutFuturesWhoseRepliesDoNotCome() throws Exception {
    try (EchoClient client = EchoClient.builder().timeout(SHORT).connect(endpoint);
        Wire server = accept()) {
      List<CompletableFuture<Echo>> echoes = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        echoes.add(client.sendAsync("m" + i));
      }
      for (CompletableFuture<Echo> echo : echoes) {
        ExecutionException error =
            assertThrows(ExecutionException.class, () -> echo.get(10, TimeUnit.SECONDS));
        assertInstanceOf(EchoTimeoutException.class, error.getCause());
      }

      server.send("r\n".repeat(10));
      CompletableFuture<Echo> after = client.sendAsync("after");
      server.send("s\n");
      assertEquals("s", after.get(10, TimeUnit.SECONDS).message().text());
    }
  }

  @Test
  void boundsHowManyMessagesAreInFlight() throws Exception {
    try (EchoClient client = EchoClient.builder().timeout(SHORT).connect(endpoint);
        Wire server = accept()) {
      List<CompletableFuture<Echo>> echoes = new ArrayList<>();
      for (int i = 0; i < 1_025; i++) {
        echoes.add(client.sendAsync("m"));
      }

      // The last found no room in time, so that it was not even sent.
      ExecutionException error =
          assertThrows(ExecutionException.class, () -> echoes.get(1_024).get(10, TimeUnit.SECONDS));
      assertInstanceOf(EchoTimeoutException.class, error.getCause());
      assertEquals(
          "The message to " + endpoint + " was not sent within 500 ms, behind 1024 others",
          error.getCause().getMessage());
      assertEquals("m\n".repeat(1_024), server.receive(2 * 1_024));
      server.send("r\n".repeat(1_024));
      CompletableFuture<Echo> after = client.sendAsync("after");
      assertEquals("after\n", server.receiveLine());
      server.send("s\n");
      assertEquals("s", after.get(10, TimeUnit.SECONDS).message().text());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 60})
  void writesWhatIsSentBehindOthersWithoutWaitingForTheirReplies(int pollSeconds) throws Exception {
    EchoClient.Builder builder = EchoClient.builder()
        .timeout(Duration.ofMinutes(1))
        .busyPoll(Duration.ofSeconds(pollSeconds));
    try (EchoClient client = builder.connect(endpoint);
        Wire server = accept()) {
      List<CompletableFuture<Echo>> futures = new ArrayList<>();
      for (String text : List.of("a", "b", "c", "d")) {
        futures.add(client.sendAsync(text));
        assertEquals(text + "\n", server.receive(2));
      }
      server.send("1\n2\n3\n4\n");

      assertEquals("4", futures.get(3).get(10, TimeUnit.SECONDS).message().text());
    }
  }

  @Test
  void sendsNothingBehindWhatTheSocketHasNotTaken() throws Exception {
    String large = "x".repeat(20_000_000);
    EchoClient.Builder builder =
        EchoClient.builder().maxMessageSize(large.length()).timeout(SHORT);
    EchoClient client = builder.connect(endpoint);
    try (Wire server = accept()) {
      assertThrows(EchoTimeoutException.class, () -> client.send(large));

      EchoTimeoutException error = assertThrows(EchoTimeoutException.class, () -> client.send("a"));
      ExecutionException asyncError = assertThrows(
          ExecutionException.class, () -> client.sendAsync("b").get(10, TimeUnit.SECONDS));

      String reason = "The message to " + endpoint + " was not sent within 500 ms, behind 1 other";
      assertEquals(reason, error.getMessage());
      assertEquals(reason, asyncError.getCause().getMessage());
      client.close();
      assertEquals("", server.receiveToEnd().replace("x", ""));
    }
  }

  @Test
  void writesWhatIsSentBehindOthersBeforeItCloses() throws Exception {
    try (Wire server = writeAndClose()) {
      assertEquals("b\nc\n", server.receiveToEnd());
    }
  }

  private Wire writeAndClose() throws IOException {
    try (EchoClient client = EchoClient.connect(endpoint)) {
      Wire server = accept();
      client.sendAsync("a");
      assertEquals("a\n", server.receive(2));
      client.sendAsync("b");
      client.sendAsync("c");
      return server;
    }
  }

  @Test
  void failsWhatIsInFlightWhenTheServerCloses() throws Exception {
    try (EchoClient client = EchoClient.connect(endpoint);
        Wire server = accept()) {
      CompletableFuture<Echo> answered = client.sendAsync("a");
      CompletableFuture<Echo> lost = client.sendAsync("b");
      assertEquals("a\nb\n", server.receive(4));
      server.send("last line\n").halfClose();

      assertEquals("last line", answered.get(10, TimeUnit.SECONDS).message().text());
      ExecutionException error =
          assertThrows(ExecutionException.class, () -> lost.get(10, TimeUnit.SECONDS));
      assertInstanceOf(EOFException.class, error.getCause());
      assertFalse(client.isOpen());
      IOException closed = assertThrows(IOException.class, () -> client.send("c"));
      assertEquals(
          "The client of " + endpoint + " is closed: The connection to " + endpoint
              + " was closed by the peer",
          closed.getMessage());
      assertSame(error.getCause(), closed.getCause());
    }
  }

  @Test
  void failsWhenTheServerResets() throws Exception {
    try (EchoClient client = EchoClient.connect(endpoint)) {
      Wire server = accept();
      CompletableFuture<Echo> echo = client.sendAsync("a");
      assertEquals("a\n", server.receive(2));
      server.reset();

      ExecutionException error =
          assertThrows(ExecutionException.class, () -> echo.get(10, TimeUnit.SECONDS));
      assertEquals(
          "Receive from " + endpoint + ": Connection reset", error.getCause().getMessage());
    }
  }

  @Test
  void readsRepliesHoweverTheyAreCut() throws Exception {
    for (Framing framing : Framing.values()) {
      byte[] reply = switch (framing) {
        case LINES -> "hällo\r\n".getBytes(UTF_8);
        case LENGTH_PREFIXED -> "\0\0\0\6hällo".getBytes(UTF_8);
        case RAW -> "hällo".getBytes(UTF_8);
      };
      try (EchoClient client = EchoClient.builder().framing(framing).connect(endpoint);
          Wire server = accept()) {
        CompletableFuture<Echo> echo = client.sendAsync("hällo");
        for (byte next : reply) {
          server.send(new byte[] {next});
        }
        assertEquals("hällo", echo.get(10, TimeUnit.SECONDS).message().text());
      }
    }
  }

  @Test
  @Timeout(60)
  void readsWhileItWritesSoThatNeitherSideWaitsForTheOther() throws Exception {
    String large = "x".repeat(20_000_000);
    try (EchoServer server = EchoServer.builder().framing(Framing.RAW).start(Endpoint.tcp(0));
        EchoClient client = EchoClient.builder()
            .framing(Framing.RAW)
            .maxMessageSize(20_000_000)
            .timeout(Duration.ofSeconds(30))
            .connect(server.endpoint())) {
      assertEquals(Message.of(large), client.send(large).message());
      assertEquals(
          Message.of(large), client.sendAsync(large).get(30, TimeUnit.SECONDS).message());
    }
  }

  @Test
  void refusesWhatCannotBeALine() throws Exception {
    try (EchoClient client = EchoClient.connect(endpoint)) {
      for (String text : List.of("a\nb", "a\n", "\n", "a\r")) {
        IllegalArgumentException error =
            assertThrows(IllegalArgumentException.class, () -> client.send(text));
        assertTrue(error.getMessage().contains(endpoint.toString()), error.getMessage());
        assertThrows(IllegalArgumentException.class, () -> client.sendAsync(text));
      }
      try (Wire server = accept()) {
        client.sendAsync("a\rb");
        assertEquals("a\rb\n", server.receive(4));
      }
    }
  }

  @Test
  void completesFuturesWhereBlockingDoesNotStopTheReading() throws Exception {
    try (EchoServer server = EchoServer.start(Endpoint.tcp(0));
        EchoClient client = EchoClient.connect(server.endpoint())) {
      CompletableFuture<String> chained = client.sendAsync("a").thenApply(first -> {
        Echo second = client.sendAsync("b").join();
        try {
          Echo third = client.send("c");
          return first.message().text()
              + second.message().text()
              + third.message().text();
        } catch (Exception e) {
          throw new AssertionError(e);
        }
      });

      assertEquals("abc", chained.get(10, TimeUnit.SECONDS));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void failsTheEchoWhoseQuitPredicateFails(boolean async) throws Exception {
    QuitPredicate failing = (message, peer) -> {
      assertEquals(endpoint, peer.endpoint());
      throw new IllegalStateException("no");
    };
    try (EchoClient client = EchoClient.builder().quitWhen(failing).connect(endpoint);
        Wire server = accept()) {
      CompletableFuture<Echo> echo = async ? client.sendAsync("a") : sendElsewhere(client, "a");
      assertEquals("a\n", server.receiveLine());
      server.send("r\n");

      Throwable error = assertThrows(ExecutionException.class, () -> echo.get(10, TimeUnit.SECONDS))
          .getCause();
      assertEquals("The quit predicate failed on a reply from " + endpoint, error.getMessage());
      assertEquals("no", error.getCause().getMessage());
      assertTrue(client.isOpen());
    }
  }

  private static CompletableFuture<Echo> sendElsewhere(EchoClient client, String text) {
    CompletableFuture<Echo> echo = new CompletableFuture<>();
    Thread sender = new Thread(() -> {
      try {
        echo.complete(client.send(text));
      } catch (IOException | InterruptedException e) {
        echo.completeExceptionally(e);
      }
    });
    sender.start();
    return echo;
  }

  @Test
  void givesUpConnectingInTime() throws Exception {
    Endpoint unix = Endpoint.unix(Transport.freePath());
    try (ServerSocketChannel full =
        ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX).bind(unix.address(), 1)) {
      List<EchoClient> waiting = new ArrayList<>();
      SocketTimeoutException error = assertThrows(SocketTimeoutException.class, () -> {
        for (int i = 0; i < 10; i++) {
          waiting.add(EchoClient.builder().connectTimeout(SHORT).connect(unix));
        }
      });

      String beginning = "Connect to " + unix + ": timed out after " + SHORT.toMillis() + " ms (";
      assertTrue(error.getMessage().startsWith(beginning), error.getMessage());
      waiting.forEach(EchoClient::close);
      assertTrue(full.isOpen());
    } finally {
      java.nio.file.Files.delete(((Endpoint.Unix) unix).path());
    }
  }
}

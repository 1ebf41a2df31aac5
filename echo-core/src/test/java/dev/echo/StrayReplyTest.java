package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.testing.Certificates;
import dev.echo.testing.Until;
import dev.echo.testing.Wire;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Servers that send what nobody asked for, or less than a reply: none of it is taken for one. */
@Timeout(30)
class StrayReplyTest extends ListeningTest {

  /** How a message is sent. */
  enum Sending {
    SEND,
    SEND_ASYNC;

    Echo send(EchoClient client, String text) throws Exception {
      return this == SEND ? client.send(text) : await(client.sendAsync(text));
    }
  }

  private static Echo await(CompletableFuture<Echo> future) throws Exception {
    try {
      return future.get(10, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw (Exception) e.getCause();
    }
  }

  private void assertFailsAndCloses(EchoClient client, Sending sending, String reason) {
    IOException error = assertThrows(IOException.class, () -> sending.send(client, "next"));

    assertEquals(reason, error.getMessage());
    assertFalse(client.isOpen());
    IOException later = assertThrows(IOException.class, () -> sending.send(client, "later"));
    assertEquals(
        "The client of " + endpoint + " is closed: " + reason.replaceFirst("^The client.*: R", "R"),
        later.getMessage());
  }

  @ParameterizedTest
  @EnumSource
  void failsWithTheGreetingOfAServerThatSpeaksFirst(Sending sending) throws Exception {
    try (EchoClient client = EchoClient.connect(endpoint);
        Wire server = accept()) {
      server.send("220 welcome\u001b[31m\n");

      assertFailsAndCloses(
          client,
          sending,
          "Received from " + endpoint
              + " what answers no message: Message[17 bytes: 220 welcome.[31m.]");
      assertEquals("", server.receiveToEnd());
    }
  }

  @ParameterizedTest
  @EnumSource
  void failsWithTheBeginningOfWhatWasNotAskedFor(Sending sending) throws Exception {
    for (Framing framing : Framing.values()) {
      try (EchoClient client = EchoClient.builder().framing(framing).connect(endpoint);
          Wire server = accept()) {
        server.send("\0\0");

        assertFailsAndCloses(
            client,
            sending,
            "Received from " + endpoint + " what answers no message: Message[2 bytes: ..]");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void failsWithTheSecondAnswerToOneMessage(Sending sending) throws Exception {
    try (EchoClient client = EchoClient.connect(endpoint);
        Wire server = accept()) {
      CompletableFuture<Echo> echo = client.sendAsync("a");
      assertEquals("a\n", server.receiveLine());
      server.send("a\n");
      assertEquals("a", await(echo).message().text());

      server.send("a\n");

      assertFailsAndCloses(
          client,
          sending,
          "Received from " + endpoint + " what answers no message: Message[2 bytes: a.]");
    }
  }

  @ParameterizedTest
  @EnumSource
  void failsWithTwoAnswersThatComeTogether(Sending sending) throws Exception {
    try (EchoClient client = EchoClient.connect(endpoint);
        Wire server = accept()) {
      CompletableFuture<Echo> echo = client.sendAsync("a");
      assertEquals("a\n", server.receiveLine());
      server.send("a\nunasked\n");
      assertEquals("a", await(echo).message().text());

      assertFailsAndCloses(
          client,
          sending,
          "The client of " + endpoint + " is closed: Received from " + endpoint
              + " what answers no message: Message[8 bytes: unasked.]");
    }
  }

  @ParameterizedTest
  @EnumSource
  void failsWithTheGoodbyeOfAServer(Sending sending) throws Exception {
    try (EchoClient client = EchoClient.connect(endpoint);
        Wire server = accept()) {
      server.send("421 too busy\n").halfClose();

      assertFailsAndCloses(
          client,
          sending,
          "Received from " + endpoint
              + " what answers no message: Message[13 bytes: 421 too busy.]");
    }
  }

  @ParameterizedTest
  @EnumSource
  void failsBeforeItSendsWhenTheServerHasClosed(Sending sending) throws Exception {
    try (EchoClient client = EchoClient.connect(endpoint);
        Wire server = accept()) {
      server.halfClose();

      assertThrows(EOFException.class, () -> sending.send(client, "next"));
      assertFalse(client.isOpen());
      assertEquals("", server.receiveToEnd());
    }
  }

  @ParameterizedTest
  @EnumSource
  void tellsALateReplyFromWhatFollowsIt(Sending sending) throws Exception {
    Duration timeout = Duration.ofMillis(100);
    try (EchoClient client = EchoClient.builder().timeout(timeout).connect(endpoint);
        Wire server = accept()) {
      assertThrows(EchoTimeoutException.class, () -> sending.send(client, "late"));
      server.send("reply to late\nunasked\n");

      assertFailsAndCloses(
          client,
          sending,
          "Received from " + endpoint + " what answers no message: Message[8 bytes: unasked.]");
      assertEquals("late\n", server.receiveToEnd());
    }
  }

  @ParameterizedTest
  @EnumSource
  void failsWithAGreetingUnderTls(Sending sending) throws Exception {
    try (EchoClient client = connectSecured()) {
      assertFailsAndCloses(
          client,
          sending,
          "Received from " + endpoint
              + " what answers no message: Message[12 bytes: 220 welcome.]");
    }
  }

  private EchoClient connectSecured() throws Exception {
    CompletableFuture<EchoClient> connecting = new CompletableFuture<>();
    Thread thread = new Thread(() -> {
      try {
        connecting.complete(EchoClient.builder().sslContext(Certificates.none()).connect(endpoint));
      } catch (IOException e) {
        connecting.completeExceptionally(e);
      }
    });
    thread.start();
    try (SSLSocket server = (SSLSocket) Certificates.of("server")
        .getSocketFactory()
        .createSocket(listening.accept().socket(), null, true)) {
      server.startHandshake();
      server.getOutputStream().write("220 welcome\n".getBytes());
      return connecting.get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void failsTheMessageThatMoreBytesComeBackForThanWereSentUnderRaw() throws Exception {
    try (EchoClient client = EchoClient.builder().framing(Framing.RAW).connect(endpoint);
        Wire server = accept()) {
      CompletableFuture<Echo> echo = client.sendAsync("hello");
      assertEquals("hello", server.receive(5));
      server.send("hello, you");

      IOException error = assertThrows(IOException.class, () -> await(echo));
      assertEquals(
          "Received from " + endpoint
              + " more than the 5 bytes that were sent: Message[5 bytes: , you]",
          error.getMessage());
      assertFalse(client.isOpen());
    }
  }

  /** The reply is late, so that all of it has arrived when it is read. */
  @Test
  void seesWhatFollowsAReplyThatFillsItsBufferUnderRaw() throws Exception {
    Duration timeout = Duration.ofMillis(100);
    EchoClient.Builder builder = EchoClient.builder().framing(Framing.RAW).timeout(timeout);
    String text = "x".repeat(65_536);
    try (EchoClient client = builder.connect(endpoint);
        Wire server = accept()) {
      assertThrows(EchoTimeoutException.class, () -> client.send(text));
      assertEquals(text, server.receive(text.length()));
      server.send(text + ", you");

      assertFailsAndCloses(
          client,
          Sending.SEND,
          "Received from " + endpoint
              + " more than the 65536 bytes that were sent: Message[5 bytes: , you]");
    }
  }

  @Test
  void takesBytesForTheirMessagesUnderRawWhileSomeAreInFlight() throws Exception {
    try (EchoClient client = EchoClient.builder().framing(Framing.RAW).connect(endpoint);
        Wire server = accept()) {
      CompletableFuture<Echo> first = client.sendAsync("a");
      CompletableFuture<Echo> second = client.sendAsync("bc");
      assertEquals("abc", server.receive(3));
      server.send("ABC");

      assertEquals("A", await(first).message().text());
      assertEquals("BC", await(second).message().text());
      assertTrue(client.isOpen());
    }
  }

  @Test
  void dropsTheRestOfAReplyThatWasTooLarge() throws Exception {
    try (EchoClient client = EchoClient.builder().maxMessageSize(3).connect(endpoint);
        Wire server = accept()) {
      CompletableFuture<Echo> echo = client.sendAsync("a");
      assertEquals("a\n", server.receiveLine());
      server.send("too large");
      assertThrows(MessageTooLargeException.class, () -> await(echo));
      server.send(", and more of it\n");

      CompletableFuture<Echo> next = client.sendAsync("b");
      assertEquals("b\n", server.receiveLine());
      server.send("B\n");
      assertEquals("B", await(next).message().text());
    }
  }

  @ParameterizedTest
  @EnumSource
  void demandsAWholeReply(Framing framing) throws Exception {
    try (EchoClient client = EchoClient.builder().framing(framing).connect(endpoint);
        Wire server = accept()) {
      CompletableFuture<Echo> echo = client.sendAsync("transfer 1000");
      server.receive(13);
      server.send("\0\0\0\15tra".substring(framing == Framing.LENGTH_PREFIXED ? 0 : 4));
      server.halfClose();

      EOFException error = assertThrows(EOFException.class, () -> await(echo));
      int cutAfter = framing == Framing.LENGTH_PREFIXED ? 7 : 3;
      assertEquals(
          "The connection to " + endpoint + " was closed by the peer, and a reply cut after "
              + cutAfter + " bytes",
          error.getMessage());
      assertFalse(client.isOpen());
    }
  }

  @Test
  void seesTheEndOfAServerWhileNothingIsSentAlsoAfterATimeout() throws Exception {
    try (EchoClient client = EchoClient.builder().timeout(Duration.ofMillis(1)).connect(endpoint);
        Wire server = accept()) {
      assertTrue(client.isOpen());
      assertThrows(EchoTimeoutException.class, () -> client.send("unanswered"));
      assertTrue(client.isOpen());

      server.halfClose();

      Until.holds(() -> !client.isOpen());
    }
  }
}

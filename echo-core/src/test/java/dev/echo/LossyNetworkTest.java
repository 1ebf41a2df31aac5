package dev.echo;

import static dev.echo.testing.LossyRelay.Fault.COPY;
import static dev.echo.testing.LossyRelay.Fault.DELAY;
import static dev.echo.testing.LossyRelay.Fault.LOSS;
import static dev.echo.testing.LossyRelay.Fault.TRUNCATION;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.testing.LossyRelay;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.Seeds;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What can be relied on over UDP although the network loses, copies, delays and cuts datagrams. */
@Timeout(30)
class LossyNetworkTest {

  private static final int SEEDS = 15;
  private static final int MESSAGES = 12;
  private static final Duration SHORT = Duration.ofMillis(5);

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  private int answered;
  private int timedOut;

  /** What a test does with a client behind a relay. */
  private interface Use {
    void with(EchoClient client, LossyRelay relay) throws Exception;
  }

  /** Afterwards the server must have answered each datagram that has reached it exactly once. */
  private static void relayed(long seed, Use use, LossyRelay.Fault... faults) throws Exception {
    EchoServer server = EchoServer.start(Endpoint.udp(0));
    LossyRelay relay = new LossyRelay(server.endpoint(), seed, faults);
    try (server;
        relay) {
      try (EchoClient client = EchoClient.builder().timeout(SHORT).connect(relay.endpoint())) {
        use.with(client, relay);
      }
      relay.settle();
      server.close(); // after which no more can come
    } finally {
      relay.close();
    }
    assertEquals(relay.requests(), relay.replies());
    assertEquals(relay.requests().size(), server.stats().messages());
  }

  /** What a test does with the reply to a message. */
  private interface Check {
    void accept(String sent, String reply) throws Exception;
  }

  /** Sends messages one after another, and passes the replies on, or null after a timeout. */
  private void sendAll(EchoClient client, Check check) throws Exception {
    Set<Endpoint> ports = new HashSet<>();
    Endpoint last = null;
    for (int i = 0; i < MESSAGES; i++) {
      String text = "message " + i;
      String reply = sendOrTimeOut(client, text);
      Endpoint port = client.localEndpoint();
      if (!port.equals(last) && !ports.add(port)) {
        return; // by chance it is an earlier one, where a reply to that may have come late
      }
      last = port;
      check.accept(text, reply);
    }
  }

  private String sendOrTimeOut(EchoClient client, String text)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    try {
      String reply = client.send(text).message().text();
      answered++;
      return reply;
    } catch (EchoTimeoutException e) {
      assertTrue(System.nanoTime() - start >= SHORT.toNanos(), "too early");
      timedOut++;
      return null;
    }
  }

  private void assertBothHappened() {
    if (Seeds.areMany()) {
      assertTrue(answered > 0, "nothing was answered");
      assertTrue(timedOut > 0, "nothing timed out");
    }
  }

  @Test
  void returnsTheReplyToWhatWasSentOrTimesOut() {
    Seeds.each(
        SEEDS,
        seed -> relayed(
            seed,
            (client, relay) -> sendAll(
                client, (sent, reply) -> assertTrue(reply == null || reply.equals(sent), reply)),
            LOSS,
            DELAY));

    assertBothHappened();
  }

  @Test
  void takesNoCopyForTheReplyToALaterMessage() {
    Seeds.each(
        SEEDS,
        seed -> relayed(
            seed,
            (client, relay) -> sendAll(client, (sent, reply) -> {
              assertTrue(reply == null || reply.equals(sent), reply);
              relay.settle(); // a copy that comes after the next message is another matter
            }),
            LOSS,
            COPY));

    assertBothHappened();
  }

  @Test
  void losesNothingButTheEndOfAMessageThatTheNetworkCuts() {
    Seeds.each(
        SEEDS,
        seed -> relayed(
            seed,
            (client, relay) -> sendAll(
                client,
                (sent, reply) -> assertTrue(reply == null || sent.startsWith(reply), reply)),
            LOSS,
            DELAY,
            TRUNCATION));

    assertBothHappened();
  }

  /**
   * A late copy may be taken for a reply, as nothing tells them apart, but only up to a timeout.
   */
  @Test
  void handsOverNothingThatAnswersAMessageBeforeATimeout() {
    Seeds.each(
        SEEDS,
        seed -> relayed(
            seed,
            (client, relay) -> {
              List<String> sinceTimeout = new ArrayList<>();
              sendAll(client, (sent, reply) -> {
                sinceTimeout.add(sent);
                if (reply == null) {
                  sinceTimeout.clear();
                  relay.settle(); // too late
                } else {
                  assertTrue(
                      sinceTimeout.stream().anyMatch(text -> text.startsWith(reply)),
                      () -> reply + " answers none of " + sinceTimeout);
                }
              });
            },
            LossyRelay.Fault.values()));

    assertBothHappened();
  }

  @Test
  void completesEveryFuture() {
    Seeds.each(
        SEEDS,
        seed -> relayed(
            seed,
            (client, relay) -> {
              List<CompletableFuture<Echo>> echoes = new ArrayList<>();
              for (int i = 0; i < MESSAGES; i++) {
                echoes.add(client.sendAsync("m" + i));
              }
              for (int i = 0; i < MESSAGES; i++) {
                assertIsReplyOrTimesOut("m" + i, echoes.get(i));
              }
            },
            LOSS));

    assertBothHappened();
  }

  private void assertIsReplyOrTimesOut(String text, CompletableFuture<Echo> echo) throws Exception {
    try {
      assertEquals(text, echo.get(10, TimeUnit.SECONDS).message().text());
      answered++;
    } catch (ExecutionException e) {
      assertInstanceOf(EchoTimeoutException.class, e.getCause());
      timedOut++;
    }
  }
}

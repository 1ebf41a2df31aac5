package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.AllocationFaults.Fault;
import dev.echo.testing.Certificates;
import dev.echo.testing.Descriptors;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.Transport;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each allocation of a client in turn fails, or some in a row do: every call returns or throws,
 * each future completes, and closing leaves nothing.
 *
 * @see AllocationFaults
 */
@Timeout(120)
class ClientAllocationFaultTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final Duration SHORT_TIMEOUT = Duration.ofMillis(20);
  private static final int MAX_MESSAGE_SIZE = 1_000;
  private static final String LATE = "late";

  private static final SSLContext SERVER = Certificates.of("server");
  private static final SSLContext CLIENT = Certificates.none();

  @RegisterExtension
  static final AllocationFaults FAULTS =
      new AllocationFaults("echo-client-", "ForkJoinPool.commonPool-");

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  private Scenario scenario;
  private Endpoint server;
  private List<String> before;
  private Fault fault;

  enum Scenario {
    TCP,
    UNIX,
    TLS,
    UDP;

    Transport transport() {
      return this == TLS ? Transport.TCP : Transport.valueOf(name());
    }
  }

  @AfterEach
  void disarm() {
    FAULTS.disarm();
  }

  @ParameterizedTest(name = "{0}, {1} in a row")
  @CsvSource({"TCP, 1", "TCP, 3", "UNIX, 1", "TLS, 1", "UDP, 1", "UDP, 3"})
  void completesWhatWasSentAndLeavesNothing(Scenario scenario, int inARow) throws Exception {
    this.scenario = scenario;
    EchoServer.Builder builder = EchoServer.builder()
        .transformer(ClientAllocationFaultTest::transform)
        .quitWhen(QuitPredicate.textEquals("quit"));
    if (scenario == Scenario.TLS) {
      builder.sslContext(SERVER);
    }
    try (EchoServer started = builder.start(scenario.transport().free())) {
      server = started.endpoint();
      // Once: later the server may be about to accept a connection whose client has gone.
      before = Descriptors.socketsAndSelectors();
      FAULTS.failEachInTurn(inARow, this::runWith);
    } finally {
      noLeaks.takeWarnings(); // of the messages that get no answer
    }
  }

  /** One message gets no answer, and one gets too long a one. */
  private static Message transform(Message message, Peer peer) {
    return switch (message.text()) {
      case LATE -> throw new IllegalStateException("of user code");
      case "long" -> Message.of("y".repeat(MAX_MESSAGE_SIZE + 1));
      default -> message;
    };
  }

  private void runWith(Fault next) throws Exception {
    fault = next;
    fault.arm();
    try {
      withClient(TIMEOUT, this::converse);
      withClient(TIMEOUT, this::failOnReplies);
      withClient(SHORT_TIMEOUT, this::getNoAnswer);
    } finally {
      FAULTS.disarm();
    }
  }

  interface Use {
    void with(EchoClient client) throws Exception;
  }

  private void withClient(Duration timeout, Use use) throws Exception {
    EchoClient.Builder builder = EchoClient.builder().timeout(timeout);
    if (scenario == Scenario.TLS) {
      builder.sslContext(CLIENT);
    }
    EchoClient client = attempt(() -> builder.maxMessageSize(MAX_MESSAGE_SIZE).connect(server));
    if (client != null) {
      try {
        use.with(client);
      } finally {
        FAULTS.inside(() -> {
          client.close(); // which throws nothing
          return null;
        });
      }
      assertFalse(client.isOpen());
    }
    assertEquals(before, awaitSockets(), "descriptors");
  }

  /** The server closes its side of a connection a moment later. */
  private List<String> awaitSockets() throws IOException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    List<String> open = Descriptors.socketsAndSelectors();
    while (!open.equals(before) && System.nanoTime() - end < 0) {
      open = Descriptors.socketsAndSelectors();
    }
    return open;
  }

  private void converse(EchoClient client) throws Exception {
    for (String text : List.of("1", "")) {
      Echo echo = attempt(() -> client.send(text));
      assertTrue(echo == null || echo.message().text().equals(text), "echo of " + text);
    }
    sendAsync(client, "2", "3", "4");
    attempt(() -> client.send("x".repeat(MAX_MESSAGE_SIZE + 1)));
    sendAsync(client, "5", "x".repeat(MAX_MESSAGE_SIZE + 1));
    List<CompletableFuture<Echo>> unanswered = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      attempt(() -> unanswered.add(client.sendAsync(LATE)));
    }
    FAULTS.inside(() -> {
      client.close(); // with some in flight
      return null;
    });
    for (CompletableFuture<Echo> future : unanswered) {
      attempt(() -> await(future));
    }
    attempt(() -> client.send("after the end"));
    sendAsync(client, "after the end");
  }

  private void failOnReplies(EchoClient client) throws Exception {
    sendAsync(client, "long", "6");
    sendAsync(client, "quit", "7"); // after which the server has ended the connection
    attempt(() -> client.send("8"));
  }

  private void getNoAnswer(EchoClient client) throws Exception {
    attempt(() -> client.send(LATE));
    sendAsync(client, LATE, "9");
    attempt(() -> client.send("10"));
  }

  private void sendAsync(EchoClient client, String... texts) throws Exception {
    List<CompletableFuture<Echo>> futures = new ArrayList<>();
    for (String text : texts) {
      attempt(() -> futures.add(client.sendAsync(text)));
    }
    for (CompletableFuture<Echo> future : futures) {
      attempt(() -> await(future));
    }
  }

  /** Returns null if the call has failed, as it may for several reasons here. */
  private <T> T attempt(Callable<T> call) throws Exception {
    try {
      return FAULTS.inside(call);
    } catch (IOException e) {
      assertTrue(e.getMessage() != null || fault.isReasonOf(e), e.toString());
    } catch (OutOfMemoryError e) {
      assertTrue(fault.isReasonOf(e), e.toString());
    }
    return null;
  }

  private static Echo await(CompletableFuture<Echo> future) throws Exception {
    try {
      return future.get(2 * TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw (Exception) e.getCause();
    }
  }
}

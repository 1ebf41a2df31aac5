package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.SocketFaults.Call;
import dev.echo.SocketFaults.Failure;
import dev.echo.SocketFaults.Fault;
import dev.echo.testing.Certificates;
import dev.echo.testing.Descriptors;
import dev.echo.testing.Gate;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.Transport;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each socket call of a client in turn fails once: every call of the client works or says what has
 * failed and where, and no future is left waiting.
 *
 * @see SocketFaults
 */
@Timeout(30)
class ClientExhaustionFaultTest {

  @RegisterExtension
  static final SocketFaults FAULTS = new SocketFaults("echo-client-");

  private static final SSLContext SERVER = Certificates.of("server");
  private static final SSLContext CLIENT = Certificates.none();

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  private Endpoint server;
  private Fault fault;

  enum Scenario {
    TCP,
    UNIX,
    UDP,
    TLS;

    Transport transport() {
      return this == TLS ? Transport.TCP : Transport.valueOf(name());
    }

    /** What it has to do with. */
    Set<Call> calls() {
      return switch (this) {
        case TCP, TLS ->
          EnumSet.of(
              Call.CLOSE,
              Call.CONFIGURE_BLOCKING,
              Call.CONNECT,
              Call.FINISH_CONNECT,
              Call.GET_LOCAL_ADDRESS,
              Call.OPEN_CHANNEL,
              Call.OPEN_SELECTOR,
              Call.READ,
              Call.REGISTER,
              Call.SELECT,
              Call.SET_OPTION,
              Call.WRITE);
        case UNIX ->
          EnumSet.of(
              Call.CLOSE,
              Call.CONFIGURE_BLOCKING,
              Call.CONNECT,
              Call.GET_LOCAL_ADDRESS,
              Call.OPEN_CHANNEL,
              Call.OPEN_SELECTOR,
              Call.READ,
              Call.REGISTER,
              Call.SELECT,
              Call.WRITE);
        case UDP ->
          EnumSet.of(
              Call.CLOSE,
              Call.CONFIGURE_BLOCKING,
              Call.CONNECT,
              Call.DISCONNECT,
              Call.GET_LOCAL_ADDRESS,
              Call.OPEN_CHANNEL,
              Call.OPEN_SELECTOR,
              Call.RECEIVE,
              Call.REGISTER,
              Call.SELECT,
              Call.SEND);
      };
    }
  }

  static Stream<Arguments> faults() {
    return Stream.of(Scenario.values())
        .flatMap(scenario -> SocketFaults.faults(scenario, scenario.calls()));
  }

  @AfterEach
  void disarm() {
    FAULTS.disarm();
  }

  @ParameterizedTest(name = "{0}: {1}, {2}")
  @MethodSource("faults")
  void worksOrSaysWhatHasFailed(Scenario scenario, Call call, Failure failure) {
    SocketFaults.failEachInTurn(number -> {
      runWith(scenario, call, number, failure);
      return fault;
    });
  }

  private void runWith(Scenario scenario, Call call, int number, Failure failure) throws Exception {
    List<String> before = Descriptors.socketsAndSelectors();
    Gate late = new Gate();
    EchoServer.Builder builder = EchoServer.builder().transformer((message, peer) -> {
      if (message.text().equals("late")) {
        late.enter();
      }
      return message;
    });
    if (scenario == Scenario.TLS) {
      builder.sslContext(SERVER);
    }
    try (EchoServer started = builder.start(scenario.transport().free())) {
      server = started.endpoint();
      fault = FAULTS.arm(call, number, failure);
      converse(scenario);
      timeOut(scenario, late);
      FAULTS.disarm();
    } finally {
      late.open();
    }
    for (Thread thread : noLeaks.threads()) {
      thread.join(10_000);
    }
    assertEquals(List.of(), noLeaks.threads(), "threads");
    assertEquals(before, Descriptors.socketsAndSelectors(), "descriptors");
  }

  private void converse(Scenario scenario) throws Exception {
    EchoClient client = connect(scenario, Duration.ofSeconds(10));
    if (client == null) {
      return;
    }
    for (String text : List.of("1", "")) {
      Echo echo = attempt(() -> client.send(text));
      assertTrue(echo == null || echo.message().text().equals(text), "echo of " + text);
    }
    List<CompletableFuture<Echo>> futures = new ArrayList<>();
    for (String text : List.of("2", "3", "4")) {
      CompletableFuture<Echo> future = attempt(() -> client.sendAsync(text));
      if (future != null) {
        futures.add(future.thenApply(echo -> {
          assertEquals(text, echo.message().text());
          return echo;
        }));
      }
    }
    for (CompletableFuture<Echo> future : futures) {
      attempt(() -> await(future));
    }
    attempt(() -> {
      client.localEndpoint();
      client.close();
      return null;
    });
    assertFalse(client.isOpen());
  }

  /** A client that has given up on a message is closed or works on. */
  private void timeOut(Scenario scenario, Gate late) throws Exception {
    EchoClient client = connect(scenario, Duration.ofMillis(20));
    if (client == null) {
      return;
    }
    assertNull(attempt(() -> client.send("late")));
    late.open();
    attempt(() -> client.send("5"));
    attempt(() -> {
      client.close();
      return null;
    });
    assertFalse(client.isOpen());
  }

  private EchoClient connect(Scenario scenario, Duration timeout) throws Exception {
    EchoClient.Builder builder = EchoClient.builder().timeout(timeout);
    if (scenario == Scenario.TLS) {
      builder.sslContext(CLIENT);
    }
    return attempt(() -> builder.connect(server));
  }

  /** Returns null if the call has failed, as it may after the fault or when it takes too long. */
  private <T> T attempt(Callable<T> call) throws Exception {
    try {
      return FAULTS.inside(call);
    } catch (IOException e) {
      assertTrue(fault.hasHappened() || e instanceof EchoTimeoutException, e.toString());
      assertTrue(e.getMessage().contains(server.toString()), e.toString());
    } catch (OutOfMemoryError e) {
      assertSame(fault.failure, e);
    }
    return null;
  }

  private static Echo await(CompletableFuture<Echo> future) throws Exception {
    try {
      return future.get(20, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw (Exception) e.getCause();
    }
  }
}

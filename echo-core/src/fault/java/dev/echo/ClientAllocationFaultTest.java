package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each allocation of a client in turn fails: everything that waits comes to an end, and is closed. */
@Timeout(120)
class ClientAllocationFaultTest {

  private static final SSLContext SERVER = Certificates.of("server");
  private static final SSLContext CLIENT = Certificates.none();

  private static FailingAllocations allocations;

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  private EchoServer server;

  @BeforeAll
  static void instrument() throws Exception {
    allocations = new FailingAllocations(
        StreamClient.class,
        DatagramClient.class,
        Class.forName("dev.echo.DatagramClient$Socket"),
        ConnectedClient.class,
        ConnectedClient.Reply.class,
        Pending.class,
        StreamConnector.class,
        TlsChannel.class,
        Sockets.class,
        Settings.class,
        Message.class,
        Echo.class,
        EchoTimeoutException.class,
        FrameDecoder.class,
        Class.forName("dev.echo.FrameDecoder$Lines"),
        Replies.class,
        Bytes.class);
  }

  @AfterAll
  static void restore() throws Exception {
    allocations.close();
  }

  /** How a client comes to its end. */
  enum Scenario {
    /** The server closes the connection before the last replies. */
    END(Transport.TCP, false, "2", "3", "end", "lost", "lost, too"),
    TLS_END(Transport.TCP, true, "2", "3", "end", "lost", "lost, too"),
    /** The client is closed while messages are in flight. */
    CLOSE(Transport.TCP, false, "2", "3"),
    UNIX_CLOSE(Transport.UNIX, false, "2", "3"),
    UDP_CLOSE(Transport.UDP, false, "2", "3");

    private final Transport transport;
    private final boolean secured;
    private final List<String> messages;

    Scenario(Transport transport, boolean secured, String... messages) {
      this.transport = transport;
      this.secured = secured;
      this.messages = List.of(messages);
    }
  }

  @ParameterizedTest
  @EnumSource
  void comesToAnEndWhicheverAllocationFails(Scenario scenario) throws Exception {
    EchoServer.Builder builder = EchoServer.builder().quitWhen(QuitPredicate.textEquals("end"));
    if (scenario.secured) {
      builder.sslContext(SERVER);
    }
    try (EchoServer started = builder.start(scenario.transport.free())) {
      server = started;
      boolean failed = true;
      for (int number = 0; failed; number++) {
        try {
          failed = runWithFailing(number, scenario);
        } catch (Throwable e) {
          throw new AssertionError("When allocation " + number + " fails", e);
        }
      }
    }
  }

  private boolean runWithFailing(int number, Scenario scenario) throws Exception {
    allocations.arm(number);
    EchoClient client = attempt(() -> connect(scenario));
    if (client != null) {
      List<CompletableFuture<Echo>> futures = new ArrayList<>();
      Echo echo = attempt(() -> client.send("1"));
      assertTrue(echo == null || echo.message().bytes()[0] == '1');
      for (String text : scenario.messages) {
        futures.add(attempt(() -> client.sendAsync(text)));
      }
      if (scenario.messages.contains("end")) {
        attempt(() -> client.send("lost as well"));
      }
      attempt(() -> {
        client.close();
        return null;
      });
      assertFalse(client.isOpen());
      for (CompletableFuture<Echo> future : futures) {
        if (future != null) {
          attempt(() -> await(future));
        }
      }
    }
    boolean failed = allocations.disarm();
    for (Thread thread : NoLeaks.ownThreads()) {
      if (thread.getName().startsWith("echo-client-")) {
        thread.join(10_000);
        assertFalse(thread.isAlive(), thread.getName());
      }
    }
    return failed;
  }

  private EchoClient connect(Scenario scenario) throws IOException {
    EchoClient.Builder builder = EchoClient.builder().timeout(Duration.ofMinutes(1));
    if (scenario.secured) {
      builder.sslContext(CLIENT);
    }
    return builder.connect(server.endpoint());
  }

  private static Echo await(CompletableFuture<Echo> future) throws Exception {
    try {
      return future.get(10, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw (Exception) e.getCause();
    } catch (TimeoutException e) {
      throw new AssertionError("A future is left", e);
    }
  }

  /** Returns null if the call has failed, as it may. */
  private static <T> T attempt(Callable<T> call) throws Exception {
    try {
      return call.call();
    } catch (IOException e) {
      return null;
    } catch (OutOfMemoryError e) {
      assertEquals("Injected", e.getMessage());
      return null;
    }
  }
}

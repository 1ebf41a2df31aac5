package dev.echo.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.RETURNS_SELF;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;

import dev.echo.EchoServer;
import dev.echo.EchoStats;
import dev.echo.Endpoint;
import dev.echo.QuitScope;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mockito.ArgumentCaptor;

/** The timeouts of the server, without waiting for them, its end, and its totals. */
class DemoServerTest {

  /** How much longer than the timeout the library takes at most to close a server. */
  private static final Duration CLOSE_MARGIN = Duration.ofMillis(400);

  private final ServerOptions options = new ServerOptions(
      OptionsTest.of(2048), false, QuitScope.CONNECTION, null, false, ServerOutput.NOTHING);
  private final EchoServer.Builder builder = mock(EchoServer.Builder.class, RETURNS_SELF);
  private final ArgumentCaptor<Duration> timeout = ArgumentCaptor.forClass(Duration.class);

  @BeforeEach
  void configure() throws Exception {
    new DemoServer(options, null).configure(builder);
  }

  @Test
  void waitsHoursForAPerson() {
    verify(builder).idleTimeout(timeout.capture());

    Duration idle = timeout.getValue();
    assertTrue(idle.compareTo(Duration.ofHours(12)) > 0, idle::toString);
  }

  @Test
  void closesWithinASecond() {
    verify(builder).closeTimeout(timeout.capture());

    Duration longest = timeout.getValue().plus(CLOSE_MARGIN);
    assertTrue(longest.compareTo(Duration.ofSeconds(1)) < 0, longest::toString);
  }

  @Test
  void doesNotFailWhenASignalEndsIt() throws Exception {
    ByteArrayOutputStream nowhere = new ByteArrayOutputStream();
    Console console = new Console(InputStream.nullInputStream(), nowhere, nowhere, false);
    DemoServer server = new DemoServer(options, console);
    CompletableFuture<DemoServer> bound = new CompletableFuture<>();
    CompletableFuture<Void> ended = CompletableFuture.runAsync(() -> server.run(bound));
    bound.get(20, TimeUnit.SECONDS);

    server.exit();

    ended.get(20, TimeUnit.SECONDS);
    assertFalse(console.failed());
  }

  @Test
  void sumsUpWhatThereWas() {
    Endpoint tcp = Endpoint.tcp(7);
    Endpoint udp = Endpoint.udp(7);

    assertEquals(
        "2 connections, 3 messages, 4 bytes in, 5 bytes out",
        DemoServer.totals(new Stats(0, 2, 3, 4, 5, 0, 0, 0, 0), tcp));
    assertEquals(
        "1 connection, 1 message, 1 byte in, 1 byte out, 1 fault, 1 not answered, 1 rejected,"
            + " 1 error",
        DemoServer.totals(new Stats(0, 1, 1, 1, 1, 1, 1, 1, 1), tcp));
    assertEquals(
        "0 messages, 0 bytes in, 0 bytes out, 2 faults, 3 not answered, 4 rejected, 5 errors",
        DemoServer.totals(new Stats(0, 0, 0, 0, 0, 4, 3, 5, 2), udp));
  }

  private record Stats(
      long openConnections,
      long totalConnections,
      long messages,
      long bytesIn,
      long bytesOut,
      long rejected,
      long dropped,
      long errors,
      long faults)
      implements EchoStats {}
}

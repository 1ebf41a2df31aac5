package dev.echo.internal.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.echo.CloseReason;
import dev.echo.EchoServer;
import dev.echo.QuitPredicate;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.RecordingListener;
import dev.echo.testing.Transport;
import dev.echo.testing.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** How a connection ends that was half-closed, while its peer does not close. */
@ParameterizedClass
@EnumSource(names = {"TCP", "UNIX"})
@Timeout(30)
class HalfClosedConnectionTest {

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @Parameter
  Transport transport;

  private final RecordingListener listener = new RecordingListener();
  private final AtomicLong nanos = new AtomicLong();

  private EchoServer startServer() throws IOException {
    return new ServerBuilder()
        .nanoClock(nanos::get)
        .quitWhen(QuitPredicate.textEquals("quit"))
        .maxConnections(2)
        .listener(listener)
        .start(transport.free());
  }

  /** By when the loop has done what others wanted before. */
  private static void roundTrip(Wire peer) throws IOException {
    assertEquals("x\n", peer.send("x\n").receiveLine());
  }

  @Test
  void cutsAPeerOffThatSendsOnForASecond() throws Exception {
    try (EchoServer server = startServer();
        Wire other = Wire.to(server.endpoint());
        Wire peer = Wire.to(server.endpoint())) {
      assertEquals("quit\n", peer.send("quit\n").receiveToEnd());
      roundTrip(other);

      for (int millis = 1; millis < 1_000; millis++) {
        nanos.set(Duration.ofMillis(millis).toNanos());
        peer.send("more\n");
        roundTrip(other);
      }
      assertEquals(2, server.stats().openConnections());
      nanos.set(Duration.ofSeconds(1).toNanos());
      roundTrip(other);

      assertEquals(CloseReason.QUIT, listener.awaitClose());
    }
  }

  @Test
  void takesAResetForTheEndAndGivesThePlaceToTheNext() throws Exception {
    try (EchoServer server = startServer();
        Wire other = Wire.to(server.endpoint())) {
      try (Wire peer = Wire.to(server.endpoint())) {
        assertEquals("q", peer.send("quit\n").receive(1));
        roundTrip(other);
      } // which resets, as not all was read

      assertEquals(CloseReason.QUIT, listener.awaitClose());
      assertEquals(List.of(), listener.allErrors);
      try (Wire next = Wire.to(server.endpoint())) {
        roundTrip(next);
      }
    }
  }
}

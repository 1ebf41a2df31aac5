package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.internal.server.ServerBuilder;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.RecordingListener;
import dev.echo.testing.Seeds;
import dev.echo.testing.Transport;
import dev.echo.testing.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Peers that reset, and others that never come to an end. */
@Timeout(60)
class BrokenPeerTest {

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  private final RecordingListener listener = new RecordingListener();

  @Test
  void survivesThousandsOfResetsAtRandomPoints() throws Exception {
    int resets = 2_000;
    byte[] lines = "hello\n".repeat(20).getBytes();
    EchoServer.Builder builder = new ServerBuilder().maxConnections(9).listener(listener);
    try (EchoServer server = builder.start(Endpoint.tcp(0));
        Wire neighbour = Wire.to(server.endpoint())) {
      Seeds.each(resets, seed -> {
        Random random = new Random(seed);
        Wire peer = Wire.to(server.endpoint());
        peer.send(Arrays.copyOf(lines, random.nextInt(lines.length)));
        peer.reset();
        assertEquals("x\n", neighbour.send("x\n").receiveLine());
      });
      if (Seeds.areMany()) {
        for (int i = 0; i < resets; i++) {
          listener.awaitClose();
        }
        assertEquals(1, server.stats().openConnections());
        assertEquals(1 + resets, server.stats().totalConnections());
        assertTrue(listener.allErrors.size() <= resets, "one for each reset at most");
      }
    }
  }

  /** The clock moves with what is sent, so that the server's patience for the rest ends, too. */
  @Test
  void endsALineWithoutEnd() throws Exception {
    AtomicLong nanos = new AtomicLong();
    try (EchoServer server = new ServerBuilder()
            .nanoClock(nanos::get)
            .maxMessageSize(1_000)
            .listener(listener)
            .start(Endpoint.tcp(0));
        Wire peer = Wire.to(server.endpoint())) {
      byte[] part = new byte[10_000];
      boolean refused = false;
      while (!refused) {
        nanos.addAndGet(Duration.ofMillis(10).toNanos());
        try {
          peer.send(part);
        } catch (IOException e) {
          refused = true;
        }
      }

      assertInstanceOf(MessageTooLargeException.class, listener.awaitError());
      listener.awaitClose();
      assertEquals(1, server.stats().dropped());
    }
  }

  @Test
  void servesOnAfterItsSocketFileWasRemoved() throws Exception {
    Path path = Transport.freePath();
    try (EchoServer server = EchoServer.builder().listener(listener).start(Endpoint.unix(path));
        Wire peer = Wire.to(server.endpoint())) {
      assertEquals("a\n", peer.send("a\n").receiveLine());

      Files.delete(path);

      assertEquals("b\n", peer.send("b\n").receiveLine());
    }
    assertEquals(0, listener.allErrors.size());
  }
}

package dev.echo.internal.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.echo.Endpoint;
import dev.echo.Peer;
import dev.echo.testing.RecordingListener;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ServerEventsTest {

  private final RecordingListener listener = new RecordingListener();
  private final ServerEvents events = new ServerEvents(Endpoint.tcp(1), listener, () -> {});

  @Test
  void tellsOfACloseThatFails() throws Exception {
    events.close(
        () -> {
          throw new IOException("as it happens");
        },
        Peer.of(Endpoint.tcp(2)));

    assertEquals("Close tcp://127.0.0.1:2: as it happens", listener.awaitError().getMessage());
    assertEquals(1, events.errors.sum());
  }
}

package dev.echo.internal.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.echo.Endpoint;
import dev.echo.Peer;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.RecordingListener;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ServerEventsTest {

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

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

  @Test
  void warnsOnceOfEachKindOfUserCode() {
    Peer peer = Peer.of(Endpoint.tcp(2));
    Throwable error = new IllegalStateException("as it happens");
    for (int i = 0; i < 2; i++) {
      events.messageFailed(peer, error);
      events.failed(events.faultPlan, peer, error);
      events.failed(events.proxyPredicate, peer, error);
    }

    String end = "tcp://127.0.0.1:2 failed; more such are logged at DEBUG";
    assertEquals(
        List.of(
            "A message from " + end,
            "The fault plan for " + end,
            "The predicate for the proxy " + end),
        noLeaks.takeWarnings());
    assertEquals(6, events.errors.sum());
    assertEquals(2, events.dropped.sum());
  }
}

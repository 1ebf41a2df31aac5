package dev.echo.internal.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.echo.EchoClient;
import dev.echo.EchoServer;
import dev.echo.Endpoint;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.RecordingListener;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(30)
class DatagramWorkerTest {

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @Test
  void countsADatagramAsDroppedForWhoseSenderThereIsNoMemory() throws Exception {
    OutOfMemoryError error = new OutOfMemoryError("made up");
    AtomicReference<OutOfMemoryError> next = new AtomicReference<>();
    RecordingListener listener = new RecordingListener();
    ServerBuilder builder = new ServerBuilder().listener(listener).nanoClock(() -> {
      OutOfMemoryError now = next.getAndSet(null);
      if (now != null) {
        throw now;
      }
      return 0;
    });
    try (EchoServer server = builder.maxSenderRate(1_000).start(Endpoint.udp(0));
        EchoClient client = EchoClient.connect(server.endpoint());
        EchoClient other = EchoClient.connect(server.endpoint())) {
      next.set(error);
      client.sendAsync("lost");

      assertSame(error, listener.awaitError());
      assertEquals(1, server.stats().dropped());
      assertEquals("hello", other.send("hello").message().text());
    }
  }
}

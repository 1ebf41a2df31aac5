package dev.echo.internal.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.echo.EchoServer;
import dev.echo.Endpoint;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.Wire;
import java.lang.reflect.Field;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(30)
class BatchTest {

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  /** One that has to grow, and finds no memory. */
  private static final class Stuck extends LongAdder {
    private static final long serialVersionUID = 1L;

    @Override
    public void add(long more) {
      throw new OutOfMemoryError("made up");
    }
  }

  @Test
  void leavesNoIncompleteMessageToTheNextPeerWhenRepliesCannotBeCounted() throws Exception {
    try (EchoServer server = EchoServer.start(Endpoint.tcp(0));
        Wire first = Wire.to(server.endpoint());
        Wire second = Wire.to(server.endpoint())) {
      Field messages = ServerEvents.class.getDeclaredField("messages");
      messages.setAccessible(true);
      messages.set(((AbstractServer) server).events, new Stuck());

      assertEquals("1\n", first.send("1\nhal").receiveLine());
      assertEquals("2\n", second.send("2\n").receiveLine());
      assertEquals("half\n", first.send("f\n").receiveLine());
    }
  }
}

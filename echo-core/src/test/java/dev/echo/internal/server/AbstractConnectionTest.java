package dev.echo.internal.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.echo.EchoServer;
import dev.echo.Endpoint;
import dev.echo.internal.loop.EventLoop;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.Wire;
import java.lang.reflect.Field;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How the server's end of a connection is set up. */
@Timeout(30)
class AbstractConnectionTest {

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @Test
  void sendsSmallRepliesWithoutWaitingForAcknowledgements() throws Exception {
    try (EchoServer server = EchoServer.start(Endpoint.tcp(0));
        Wire peer = Wire.to(server.endpoint())) {
      assertEquals("x\n", peer.send("x\n").receiveLine());

      for (SocketChannel socket : sockets(server)) {
        assertEquals(true, socket.getOption(StandardSocketOptions.TCP_NODELAY));
      }
      assertEquals(1, sockets(server).size());
    }
  }

  /** The server's ends of its connections, which nobody else gets to see. */
  private static List<SocketChannel> sockets(EchoServer server) throws Exception {
    Field workers = StreamServer.class.getDeclaredField("workers");
    Field selector = EventLoop.class.getDeclaredField("selector");
    workers.setAccessible(true);
    selector.setAccessible(true);
    EventLoop first = ((Worker[]) workers.get(server))[0].loop;
    return ((Selector) selector.get(first))
        .keys().stream()
            .map(SelectionKey::channel)
            .filter(SocketChannel.class::isInstance)
            .map(SocketChannel.class::cast)
            .toList();
  }
}

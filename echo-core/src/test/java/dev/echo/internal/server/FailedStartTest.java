package dev.echo.internal.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mockConstruction;

import dev.echo.EchoListener;
import dev.echo.Endpoint;
import dev.echo.internal.loop.EventLoop;
import dev.echo.testing.NoLeaks;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.mockito.MockedConstruction;

/** What a server leaves, and tells, for which the system has no thread. */
@Timeout(30)
class FailedStartTest {

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  private final OutOfMemoryError noThread = new OutOfMemoryError("unable to create native thread");
  private final List<String> told = new ArrayList<>();

  private final EchoListener listener = new EchoListener() {
    private Endpoint endpoint;

    @Override
    public void onStart(Endpoint bound) {
      endpoint = bound;
      told.add("start, port " + port(bound));
    }

    @Override
    public void onTermination() {
      told.add("termination, port " + port(endpoint));
    }
  };

  private static String port(Endpoint endpoint) {
    try (DatagramChannel datagrams = DatagramChannel.open();
        ServerSocketChannel streams = ServerSocketChannel.open()) {
      if (endpoint instanceof Endpoint.Udp) {
        datagrams.bind(endpoint.address());
      } else {
        streams.bind(endpoint.address());
      }
      return "free";
    } catch (IOException e) {
      return "taken";
    }
  }

  private void assertEndIsTold(Endpoint endpoint) {
    ServerBuilder builder = new ServerBuilder().listener(listener);

    assertSame(noThread, assertThrows(OutOfMemoryError.class, () -> builder.start(endpoint)));

    assertEquals(List.of("start, port taken", "termination, port free"), told);
  }

  @Test
  void tellsTheEndOfAStreamServerWhenItsSocketIsClosed() {
    try (MockedConstruction<EventLoop> loops = mockConstruction(
        EventLoop.class, (loop, made) -> doThrow(noThread).when(loop).start())) {
      assertEndIsTold(Endpoint.tcp(0));
      assertEquals(1, loops.constructed().size());
    }
  }

  @Test
  void tellsTheEndOfADatagramServerWhenItsSocketIsClosed() {
    try (MockedConstruction<DatagramWorker> workers =
        mockConstruction(DatagramWorker.class, this::withoutThread)) {
      assertEndIsTold(Endpoint.udp(0));
      assertEquals(1, workers.constructed().size());
    }
  }

  private void withoutThread(DatagramWorker worker, MockedConstruction.Context made)
      throws Exception {
    Thread thread = new Thread() {
      @Override
      public void start() {
        throw noThread;
      }
    };
    DatagramServer server = (DatagramServer) made.arguments().get(0);
    DatagramSockets.Share share = (DatagramSockets.Share) made.arguments().get(2);
    InetSocketAddress address = (InetSocketAddress) made.arguments().get(3);
    set(worker, "thread", thread);
    set(worker, "receiver", new BlockingReceiver(server, thread, share.channels.get(0), address));
  }

  private static void set(DatagramWorker worker, String name, Object value) throws Exception {
    Field field = DatagramWorker.class.getDeclaredField(name);
    field.setAccessible(true);
    field.set(worker, value);
  }
}

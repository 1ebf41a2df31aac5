package dev.echo.internal.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.EchoListener;
import dev.echo.EchoServer;
import dev.echo.Endpoint;
import dev.echo.Peer;
import dev.echo.internal.Addresses;
import dev.echo.testing.NoLeaks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
class DatagramReceiverTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 127.0.0.1",
    "192.0.2.1, 192.0.2.1",
    "2001:db8::1, 2001:db8::1",
    "0.0.0.0, 127.0.0.1",
    "::, ::1"
  })
  void tellsWhereASocketCanBeReached(String bound, String reachable) {
    assertEquals(
        Endpoint.udp(reachable, 7007).address(),
        Addresses.reachable(Endpoint.udp(bound, 7007).address()));
  }

  /** What is sent to a socket that is connected to another one is refused by ICMP. */
  @Test
  void endsWhenItsSocketFailsAgainAndAgain() throws Exception {
    InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (DatagramChannel deaf = DatagramChannel.open(StandardProtocolFamily.INET);
        DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET)) {
      deaf.bind(anyPort);
      deaf.connect(deaf.getLocalAddress());
      channel.bind(anyPort);
      channel.connect(deaf.getLocalAddress());
      List<String> told = new CopyOnWriteArrayList<>();
      EchoListener listener = new EchoListener() {
        @Override
        public void onError(Peer peer, Throwable error) {
          told.add(error.getMessage().replaceFirst(" udp://.*", ""));
          if (channel.isOpen()) {
            write(channel); // by which the next receive fails
          }
        }
      };
      ServerBuilder builder = new ServerBuilder();
      builder.listener(listener);
      write(channel);
      EchoServer server = DatagramServer.start(channel, new ServerConfig(builder));

      boolean ended = server.awaitTermination(SOON);

      server.shutdownNow();
      assertTrue(ended);
      assertEquals(16, told.size());
      assertEquals(Collections.nCopies(15, "Receive on"), told.subList(0, 15));
      assertEquals("Serve", told.get(15));
      List<String> warnings = noLeaks.takeWarnings();
      assertEquals(1, warnings.size(), warnings::toString); // a thread died
    }
  }

  @Test
  void receivesNoLongerThanASecondAfterShutdown() throws Exception {
    AtomicLong nanos = new AtomicLong();
    ServerConfig config = new ServerConfig(new ServerBuilder().nanoClock(nanos::get));
    AbstractServer server = new AbstractServer(Endpoint.udp(1), config) {
      @Override
      public void shutdown() {}

      @Override
      public void shutdownNow() {}
    };
    InetSocketAddress sender = Endpoint.udp(2).address();
    DatagramReceiver flooded = new DatagramReceiver(server, Thread.currentThread()) {
      @Override
      void shutdown() {
        shutdown = true;
      }

      @Override
      void closeChannels() {}

      @Override
      void close() {}

      @Override
      ReplySocket socket() {
        return null;
      }

      @Override
      boolean isWakeUp(InetSocketAddress address) {
        return false;
      }

      @Override
      InetSocketAddress receiveOnce() {
        return sender;
      }
    };
    flooded.shutdown();
    for (int i = 0; i < 10; i++) {
      assertEquals(sender, flooded.receive());
    }
    nanos.set(Duration.ofSeconds(1).toNanos() + 1);

    assertEquals(sender, flooded.receive()); // a last look

    assertNull(flooded.receive());
  }

  private static void write(DatagramChannel channel) {
    try {
      channel.write(ByteBuffer.allocate(1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

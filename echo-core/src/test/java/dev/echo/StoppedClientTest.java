package dev.echo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.internal.Addresses;
import dev.echo.testing.ChildProcess;
import dev.echo.testing.JavaProcess;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.Wire;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A client whose process is stopped past its deadline, as by a debugger or in a frozen container.
 */
@Timeout(60)
class StoppedClientTest {

  /** Long enough to stop the process in time. */
  private static final Duration TIMEOUT = Duration.ofSeconds(3);

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  /** Sends one message over UDP and two over TCP, each from a thread of its own. */
  static final class Main {
    public static void main(String[] args) throws Exception {
      EchoClient.Builder builder = EchoClient.builder().timeout(TIMEOUT);
      try (EchoClient udp = builder.connect(Endpoint.parse(args[0]));
          EchoClient first = builder.connect(Endpoint.parse(args[1]));
          EchoClient second = builder.connect(Endpoint.parse(args[1]))) {
        Thread datagram = new Thread(() -> print("datagram", () -> udp.send("1")));
        Thread stream = new Thread(() -> print("stream", () -> first.send("2")));
        datagram.start();
        stream.start();
        print("future", () -> second.sendAsync("3").get());
        datagram.join();
        stream.join();
      }
    }

    private static void print(String name, java.util.concurrent.Callable<Echo> send) {
      try {
        System.out.println(name + " " + send.call().message().text());
      } catch (Exception e) {
        System.out.println(name + " " + e);
      }
    }
  }

  @Test
  void returnsTheRepliesThatCameWhileItsProcessWasStopped() throws Exception {
    InetSocketAddress loopback = new InetSocketAddress("127.0.0.1", 0);
    try (DatagramChannel datagrams = DatagramChannel.open().bind(loopback);
        ServerSocketChannel listening = ServerSocketChannel.open().bind(loopback)) {
      List<String> command = JavaProcess.command(List.of(), Main.class);
      command.add(Addresses.udp((InetSocketAddress) datagrams.getLocalAddress()).toString());
      command.add(Addresses.tcp((InetSocketAddress) listening.getLocalAddress()).toString());
      try (ChildProcess client = new ChildProcess(command);
          Wire first = Wire.of(listening.accept());
          Wire second = Wire.of(listening.accept())) {
        ByteBuffer datagram = ByteBuffer.allocate(10);
        SocketAddress sender = datagrams.receive(datagram);
        List<String> received = List.of(first.receiveLine(), second.receiveLine());
        assertTrue(received.containsAll(List.of("2\n", "3\n")), received::toString);

        client.signal("STOP");
        first.send("reply\n");
        second.send("reply\n");
        datagrams.send(ByteBuffer.wrap("reply".getBytes(UTF_8)), sender);
        assertFalse(client.endsWithin(TIMEOUT.plusMillis(500)));
        client.signal("CONT");

        assertEquals(
            Set.of("datagram reply", "future reply", "stream reply"),
            Set.of(client.answer(), client.answer(), client.answer()));
      }
    }
  }
}

package dev.echo;

import static java.net.StandardProtocolFamily.INET;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.mockito.Mockito.mockStatic;

import dev.echo.internal.Addresses;
import dev.echo.testing.NoLeaks;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.mockito.MockedStatic;
import org.mockito.stubbing.Answer;

/**
 * Clients to whose sockets the system gives the port that they connect to. By itself it does so
 * once in some 28,000 times; here the client opens a socket that has the port.
 */
@Timeout(30)
class SelfConnectionTest {

  private static final InetSocketAddress LOOPBACK = new InetSocketAddress("127.0.0.1", 0);

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @Test
  void neverTakesItselfForItsServerOverTcp() throws Exception {
    SocketChannel channel = SocketChannel.open(INET).bind(LOOPBACK);
    Endpoint endpoint = Addresses.tcp((InetSocketAddress) channel.getLocalAddress());

    assertRefused(endpoint, channel);

    assertFalse(channel.isOpen());
    EchoServer.start(endpoint).close(); // whose port it is
  }

  @Test
  void neverTakesItselfForItsServerOverUdp() throws Exception {
    DatagramChannel channel = DatagramChannel.open(INET).bind(LOOPBACK);
    Endpoint endpoint = Addresses.udp((InetSocketAddress) channel.getLocalAddress());

    assertRefused(endpoint, channel);

    assertFalse(channel.isOpen());
    EchoServer.start(endpoint).close();
  }

  @SuppressWarnings("try") // the mock is there to be closed
  private static void assertRefused(Endpoint endpoint, Channel opened) {
    Class<?> type = endpoint instanceof Endpoint.Tcp ? SocketChannel.class : DatagramChannel.class;
    Answer<?> open =
        call -> call.getMethod().getName().equals("open") ? opened : call.callRealMethod();
    try (MockedStatic<?> mocked = mockStatic(type, open)) {
      ConnectException error =
          assertThrows(ConnectException.class, () -> EchoClient.connect(endpoint));

      assertEquals(
          "Connect to " + endpoint + ": connected to itself, as nobody is listening there",
          error.getMessage());
    }
  }
}

package dev.echo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.echo.testing.NoLeaks;
import dev.echo.testing.Until;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests of a server over UDP that receives on several threads. */
@Timeout(60)
abstract class ManyLoopsTest {

  static final Duration SOON = Duration.ofSeconds(10);
  static final int LOOPS = 4;
  static final int SENDERS = 64;

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  private final List<DatagramSocket> sockets = new ArrayList<>();

  @BeforeEach
  void assumeThatTheSystemSharesOut() throws IOException {
    try (DatagramChannel channel = DatagramChannel.open()) {
      assumeTrue(
          channel.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT),
          "there is one thread without SO_REUSEPORT");
    }
  }

  @AfterEach
  void closeSockets() {
    sockets.forEach(DatagramSocket::close);
  }

  static EchoServer.Builder builder() {
    return EchoServer.builder().eventLoops(LOOPS);
  }

  final DatagramSocket connect(EchoServer server) throws IOException {
    DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    sockets.add(socket);
    socket.setSoTimeout((int) SOON.toMillis());
    socket.connect(new InetSocketAddress(
        InetAddress.getLoopbackAddress(), server.endpoint().port()));
    return socket;
  }

  final List<DatagramSocket> connectAll(EchoServer server) throws IOException {
    List<DatagramSocket> senders = new ArrayList<>();
    for (int i = 0; i < SENDERS; i++) {
      senders.add(connect(server));
    }
    return senders;
  }

  static void send(DatagramSocket socket, String text) throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    socket.send(new DatagramPacket(bytes, bytes.length));
  }

  static String receive(DatagramSocket socket) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[1_000], 1_000);
    socket.receive(packet);
    return new String(packet.getData(), 0, packet.getLength(), UTF_8);
  }

  static void awaitMessages(EchoServer server, long count) {
    Until.holds(() -> server.stats().messages() >= count);
    assertEquals(count, server.stats().messages());
  }
}

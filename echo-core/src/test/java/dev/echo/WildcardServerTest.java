package dev.echo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.echo.internal.server.ServerBuilder;
import dev.echo.testing.Gate;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.Transport;
import dev.echo.testing.Until;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A server over UDP that listens on all addresses of this host, and so has a socket for each. */
@Timeout(60)
class WildcardServerTest {

  private static final Duration SOON = Duration.ofSeconds(10);
  private static final String LOOPBACK = "127.0.0.1";

  /** An address that no interface has, and that is served all the same. */
  private static final String UNLISTED = "127.0.0.2";

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  private static DatagramSocket socket(String local) throws IOException {
    DatagramSocket socket = new DatagramSocket(new InetSocketAddress(local, 0));
    socket.setSoTimeout((int) SOON.toMillis());
    return socket;
  }

  private static void send(DatagramSocket socket, String host, EchoServer server, String text)
      throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    InetSocketAddress to = new InetSocketAddress(host, server.endpoint().port());
    socket.send(new DatagramPacket(bytes, bytes.length, to));
  }

  private static String receive(DatagramSocket socket) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[1_000], 1_000);
    socket.receive(packet);
    return new String(packet.getData(), 0, packet.getLength(), UTF_8);
  }

  private static List<InetAddress> ipv4Addresses() throws IOException {
    List<InetAddress> all = new ArrayList<>();
    for (NetworkInterface network : NetworkInterface.networkInterfaces().toList()) {
      if (network.isUp()) {
        network.inetAddresses().filter(host -> host instanceof Inet4Address).forEach(all::add);
      }
    }
    return all;
  }

  /** From another address of this host: to its own one a client gets the right reply anyway. */
  @ParameterizedTest
  @CsvSource({"0.0.0.0, 1", "::, 1", "0.0.0.0, 3", "::, 3"})
  void answersFromTheAddressThatWasAsked(String wildcard, int eventLoops) throws Exception {
    if (wildcard.contains(":")) {
      Transport.assumeIpv6();
    }
    List<InetAddress> addresses = ipv4Addresses();
    assumeTrue(addresses.size() > 1, "this host has a single address");
    try (EchoServer server =
        EchoServer.builder().eventLoops(eventLoops).start(Endpoint.udp(wildcard, 0))) {
      for (InetAddress own : addresses) {
        for (InetAddress asked : addresses) {
          try (DatagramSocket client = socket(own.getHostAddress())) {
            client.connect(asked, server.endpoint().port());
            send(client, asked.getHostAddress(), server, "to " + asked);

            assertEquals("to " + asked, receive(client));
          }
        }
      }
      assertEquals(0, server.stats().rejected());
    }
  }

  @ParameterizedTest
  @CsvSource({"0.0.0.0, 1", "::, 1", "0.0.0.0, 3", "::, 3"})
  void answersForAddressesThatItHasNoSocketFor(String wildcard, int eventLoops) throws Exception {
    if (wildcard.contains(":")) {
      Transport.assumeIpv6();
    }
    try (EchoServer server =
            EchoServer.builder().eventLoops(eventLoops).start(Endpoint.udp(wildcard, 0));
        DatagramSocket client = socket(LOOPBACK)) {
      send(client, UNLISTED, server, "x");

      assertEquals("x", receive(client));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::"})
  void letsNobodyElseHaveItsPort(String wildcard) throws Exception {
    if (wildcard.contains(":")) {
      Transport.assumeIpv6();
    }
    try (EchoServer server = EchoServer.start(Endpoint.udp(wildcard, 0));
        DatagramSocket client = socket(LOOPBACK)) {
      int port = server.endpoint().port();
      for (String host : List.of(wildcard, "0.0.0.0", LOOPBACK, UNLISTED)) {
        assertThrows(BindException.class, () -> EchoServer.start(Endpoint.udp(host, port)));
        assertThrows(
            BindException.class,
            () -> EchoServer.builder().eventLoops(2).start(Endpoint.udp(host, port)));
        assertCannotBind(host, port, null);
        assertCannotBind(host, port, StandardSocketOptions.SO_REUSEADDR);
        assertCannotBind(host, port, StandardSocketOptions.SO_REUSEPORT);
      }
      send(client, LOOPBACK, server, "x");
      assertEquals("x", receive(client));
    }
  }

  private static void assertCannotBind(String host, int port, SocketOption<Boolean> option)
      throws IOException {
    try (DatagramChannel channel = DatagramChannel.open(
        host.contains(":") ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET)) {
      if (option != null && channel.supportedOptions().contains(option)) {
        channel.setOption(option, true);
      }
      assertThrows(BindException.class, () -> channel.bind(new InetSocketAddress(host, port)));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void takesNoPortThatOneOfTheAddressesHasGivenAway(int eventLoops) throws Exception {
    try (DatagramSocket taken = socket(LOOPBACK)) {
      Endpoint endpoint = Endpoint.udp("0.0.0.0", taken.getLocalPort());

      assertThrows(
          BindException.class, () -> EchoServer.builder().eventLoops(eventLoops).start(endpoint));
    }
  }

  @Test
  void hasOneTableOfSendersForAllAddresses() throws Exception {
    List<String> peers = new CopyOnWriteArrayList<>();
    EchoListener listener = new EchoListener() {
      @Override
      public void onEcho(Exchange exchange) {
        peers.add(exchange.peer().number() + "#" + exchange.number());
      }
    };
    try (EchoServer server = new ServerBuilder()
            .maxSenderRate(3)
            .nanoClock(() -> 0)
            .listener(listener)
            .start(Endpoint.udp("0.0.0.0", 0));
        DatagramSocket client = socket(LOOPBACK)) {
      for (String host : List.of(LOOPBACK, UNLISTED, LOOPBACK)) {
        send(client, host, server, host);
        assertEquals(host, receive(client));
      }
      send(client, UNLISTED, server, "too many");
      Until.holds(() -> server.stats().rejected() > 0);

      assertEquals(List.of("1#1", "1#2", "1#3"), peers);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void answersAllThatHasArrivedBeforeShutdown(int eventLoops) throws Exception {
    int messages = 40;
    Gate gate = new Gate();
    EchoServer server = EchoServer.builder()
        .eventLoops(eventLoops)
        .transformer(gate.transformer())
        .start(Endpoint.udp("0.0.0.0", 0));
    try (DatagramSocket client = socket(LOOPBACK)) {
      send(client, LOOPBACK, server, "0");
      gate.awaitEntered(); // before anything has come to the other socket
      for (int i = 1; i < messages; i++) {
        send(client, i % 2 == 0 ? LOOPBACK : UNLISTED, server, Integer.toString(i));
      }

      server.shutdown();
      gate.open();

      List<String> received = new ArrayList<>();
      for (int i = 0; i < messages; i++) {
        received.add(receive(client));
      }
      assertTrue(server.awaitTermination(SOON));
      // What was sent to one address keeps its order.
      for (int rest = 0; rest < 2; rest++) {
        int of = rest;
        assertEquals(
            IntStream.range(0, messages).filter(i -> i % 2 == of).boxed().toList(),
            received.stream().map(Integer::valueOf).filter(i -> i % 2 == of).toList());
      }
    } finally {
      gate.open();
      server.shutdownNow();
    }
  }

  /** With a flood to one address in which there is always one more datagram. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void servesOneAddressDuringAFloodToAnother(boolean isDirect) throws Exception {
    try (DatagramSocket flood = socket(LOOPBACK);
        DatagramSocket client = socket(LOOPBACK)) {
      long now = System.nanoTime();
      LongSupplier fast = () -> 20 * (System.nanoTime() - now);
      EchoServer.Builder builder = new ServerBuilder()
          .nanoClock(fast)
          .transformer((message, peer) -> {
            if (peer.endpoint().port() == flood.getLocalPort()) {
              resend(flood);
            }
            return message;
          });
      if (!isDirect) {
        builder.executor(Runnable::run);
      }
      EchoServer server = builder.start(Endpoint.udp("0.0.0.0", 0));
      try {
        flood.connect(InetAddress.getByName(LOOPBACK), server.endpoint().port());
        send(flood, LOOPBACK, server, "flood");
        receive(flood);

        send(client, UNLISTED, server, "x");

        assertEquals("x", receive(client));
        server.shutdown();
        assertTrue(server.awaitTermination(SOON));
      } finally {
        server.shutdownNow();
      }
    }
  }

  private static void resend(DatagramSocket flood) {
    try {
      flood.send(new DatagramPacket(new byte[1], 1, flood.getRemoteSocketAddress()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void answersFromTheRightAddressWithAnExecutorAndFaults(int eventLoops) throws Exception {
    List<InetAddress> addresses = ipv4Addresses();
    assumeTrue(addresses.size() > 1, "this host has a single address");
    try (EchoServer server = EchoServer.builder()
            .eventLoops(eventLoops)
            .executor(Runnable::run)
            .faults(FaultPlan.script(Fault.delay(Duration.ofMillis(1)), Fault.duplicate(1)))
            .start(Endpoint.udp("0.0.0.0", 0));
        DatagramSocket client = socket(LOOPBACK)) {
      InetAddress asked = addresses.stream()
          .filter(host -> !host.isLoopbackAddress())
          .findFirst()
          .orElseThrow();
      client.connect(asked, server.endpoint().port());
      for (String text : Arrays.asList("late", "twice")) {
        send(client, asked.getHostAddress(), server, text);
        assertEquals(text, receive(client));
      }
      assertEquals("twice", receive(client));
    }
  }
}

package dev.echo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.mockStatic;

import dev.echo.internal.Addresses;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.Transport;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.MockedStatic;
import org.mockito.stubbing.Answer;

/** What a client does with single datagrams, the peer driven by hand. */
@Timeout(30)
class DatagramClientTest {

  private static final Duration SHORT = Duration.ofMillis(500);

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @Test
  void usesANewPortAfterATimeoutSoThatALateDatagramReachesNobody() throws Exception {
    try (DatagramChannel server =
        DatagramChannel.open().bind(new InetSocketAddress("127.0.0.1", 0))) {
      Endpoint udp = Endpoint.udp(((InetSocketAddress) server.getLocalAddress()).getPort());
      try (EchoClient client = EchoClient.builder().timeout(SHORT).connect(udp)) {
        Endpoint before = client.localEndpoint();
        assertThrows(EchoTimeoutException.class, () -> client.send("late"));
        SocketAddress late = server.receive(ByteBuffer.allocate(10));
        assertEquals(before.address(), late);

        CompletableFuture<Echo> next = client.sendAsync("next");
        SocketAddress sender = server.receive(ByteBuffer.allocate(10));
        assertEquals(sender, client.localEndpoint().address());
        assertFalse(sender.equals(late));
        server.send(ByteBuffer.wrap("reply to late".getBytes(UTF_8)), late);
        server.send(ByteBuffer.wrap("reply to next".getBytes(UTF_8)), sender);
        assertEquals("reply to next", next.get(10, TimeUnit.SECONDS).message().text());

        server.send(ByteBuffer.wrap("copy".getBytes(UTF_8)), sender);
        CompletableFuture<Echo> third = client.sendAsync("third");
        assertEquals(sender, server.receive(ByteBuffer.allocate(10)));
        server.send(ByteBuffer.wrap("reply to third".getBytes(UTF_8)), sender);
        assertEquals("reply to third", third.get(10, TimeUnit.SECONDS).message().text());
      }
    }
  }

  @Test
  void keepsItsPortAfterATimeoutUntilItHasAnother() throws Exception {
    try (DatagramSocket silent = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        EchoClient client =
            EchoClient.builder().timeout(SHORT).connect(Endpoint.udp(silent.getLocalPort()))) {
      SocketAddress port = client.localEndpoint().address();
      assertThrows(EchoTimeoutException.class, () -> client.send("late"));

      assertThrows(BindException.class, () -> new DatagramSocket(port));

      assertThrows(EchoTimeoutException.class, () -> client.send("later"));
      assertNotEquals(port, client.localEndpoint().address());
    }
  }

  @Test
  void carriesTheLargestDatagramAndRefusesALargerOne() throws Exception {
    try (EchoServer server = EchoServer.start(Endpoint.udp(0));
        EchoClient client = EchoClient.connect(server.endpoint())) {
      assertEquals(65_507, client.send("x".repeat(65_507)).message().size());
      MessageTooLargeException error =
          assertThrows(MessageTooLargeException.class, () -> client.send("x".repeat(65_508)));
      assertEquals(65_507, error.limit());
    }
  }

  @Test
  void sendsNothingWhoseTimeIsUpBeforeItsTurnAndSaysSo() throws Exception {
    try (DatagramChannel silent =
        DatagramChannel.open().bind(new InetSocketAddress("127.0.0.1", 0))) {
      Endpoint udp = Endpoint.udp(((InetSocketAddress) silent.getLocalAddress()).getPort());
      List<CompletableFuture<Echo>> echoes = new ArrayList<>();
      List<String> failures = new ArrayList<>();
      try (EchoClient client = EchoClient.builder().timeout(SHORT).connect(udp)) {
        for (int i = 0; i < 100; i++) {
          echoes.add(client.sendAsync("m" + i));
        }
        for (CompletableFuture<Echo> echo : echoes) {
          ExecutionException error =
              assertThrows(ExecutionException.class, () -> echo.get(10, TimeUnit.SECONDS));
          assertInstanceOf(EchoTimeoutException.class, error.getCause());
          failures.add(error.getCause().getMessage());
        }
      }

      silent.configureBlocking(false);
      int sent = 0;
      while (silent.receive(ByteBuffer.allocate(10)) != null) {
        sent++;
      }
      assertTrue(sent < 50, sent + " were sent");
      String lost = "No reply from " + udp + " within 500 ms";
      assertEquals(sent, failures.stream().filter(lost::equals).count());
      // Behind none if the client's thread did not run in time, which is no fault.
      String unsent =
          "The message to " + udp + " was not sent within 500 ms, behind \\d\\d? others?";
      assertEquals(
          100 - sent, failures.stream().filter(text -> text.matches(unsent)).count());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::"})
  void sendsEmptyDatagramsToAServerOnAWildcardAddress(String host) throws Exception {
    if (host.contains(":")) {
      Transport.assumeIpv6();
    }
    try (EchoServer server = EchoServer.start(Endpoint.udp(host, 0));
        EchoClient client = EchoClient.connect(server.endpoint())) {
      assertEquals("", client.send("").message().text());
      assertEquals("x", client.send("x").message().text());
    }
  }

  /** The system tells of a port where nobody listens only when the socket is connected to it. */
  @Test
  void isConnectedAgainAfterAnEmptyMessage() throws Exception {
    EchoServer server = EchoServer.start(Endpoint.udp(0));
    try (EchoClient client = EchoClient.connect(server.endpoint())) {
      client.send("");
      server.close();

      assertThrows(PortUnreachableException.class, () -> client.send("x"));
    }
  }

  @Test
  void takesNoReplyToAnEmptyMessageFromAStranger() throws Exception {
    InetSocketAddress loopback = new InetSocketAddress("127.0.0.1", 0);
    try (DatagramChannel server = DatagramChannel.open().bind(loopback);
        DatagramChannel stranger = DatagramChannel.open().bind(loopback)) {
      Endpoint udp = Endpoint.udp(((InetSocketAddress) server.getLocalAddress()).getPort());
      try (EchoClient client = EchoClient.connect(udp)) {
        CompletableFuture<Echo> echo = client.sendAsync("");
        SocketAddress sender = server.receive(ByteBuffer.allocate(10));
        stranger.send(ByteBuffer.wrap("forged".getBytes(UTF_8)), sender);
        server.send(ByteBuffer.wrap("reply".getBytes(UTF_8)), sender);

        assertEquals("reply", echo.get(10, TimeUnit.SECONDS).message().text());
      }
    }
  }

  /** As when the network had made a copy of that message, for which nobody was there any more. */
  @Test
  void sendsAlthoughThePortWasUnreachableForAnEarlierMessage() throws Exception {
    try (EchoServer server = EchoServer.start(Endpoint.udp(0));
        DatagramChannel real = DatagramChannel.open()) {
      DatagramChannel channel = mock(DatagramChannel.class, delegatesTo(real));
      try (EchoClient client = connectThrough(channel, server.endpoint())) {
        assertEquals("1", client.send("1").message().text());
        doThrow(new PortUnreachableException())
            .doAnswer(delegatesTo(real))
            .when(channel)
            .receive(any());

        assertEquals("2", client.send("2").message().text());
      }
    }
  }

  @Test
  void failsWhenTheSocketHasNoRoomForAMessage() throws Exception {
    try (EchoServer server = EchoServer.start(Endpoint.udp(0));
        DatagramChannel real = DatagramChannel.open()) {
      DatagramChannel channel = mock(DatagramChannel.class, delegatesTo(real));
      try (EchoClient client = connectThrough(channel, server.endpoint())) {
        doReturn(0).when(channel).send(any(), any());

        IOException error = assertThrows(IOException.class, () -> client.send("x"));

        assertEquals(
            "Send to " + server.endpoint() + ": the socket's send buffer is full",
            error.getMessage());
      }
    }
  }

  @SuppressWarnings("try") // the mock is there to be closed
  private static EchoClient connectThrough(DatagramChannel channel, Endpoint endpoint)
      throws IOException {
    try (MockedStatic<?> mocked = mockStatic(DatagramChannel.class, call -> channel)) {
      return EchoClient.connect(endpoint);
    }
  }

  @Test
  void keepsTheInterruptOfASender() throws Exception {
    try (EchoServer server = EchoServer.start(Endpoint.udp(0));
        EchoClient client = EchoClient.connect(server.endpoint())) {
      Thread.currentThread().interrupt();

      CompletableFuture<Echo> interrupted = client.sendAsync("x");

      assertTrue(Thread.interrupted());
      Throwable error = assertThrows(
              ExecutionException.class, () -> interrupted.get(10, TimeUnit.SECONDS))
          .getCause();
      assertEquals("Interrupted while sending to " + server.endpoint(), error.getMessage());
    }
  }

  @Test
  void triesEachAddressUntilOneAnswers() throws Exception {
    try (EchoServer server = EchoServer.start(Endpoint.udp("127.0.0.2", 0));
        EchoClient client = connectToBothAddresses(port(server))) {
      assertEquals("1", client.send("1").message().text());
      assertEquals(
          "2", client.sendAsync("2").get(10, TimeUnit.SECONDS).message().text());

      assertEquals(2, server.stats().messages());
    }
  }

  @Test
  void staysWithTheAddressThatHasAnswered() throws Exception {
    EchoServer first = EchoServer.start(Endpoint.udp("127.0.0.1", 0));
    int port = port(first);
    try (EchoServer second = EchoServer.start(Endpoint.udp("127.0.0.2", port));
        EchoClient client = connectToBothAddresses(port)) {
      assertEquals("1", client.send("1").message().text());
      first.close();

      for (int i = 0; i < 3; i++) {
        assertThrows(PortUnreachableException.class, () -> client.send("2"));
      }

      assertEquals(0, second.stats().messages());
    }
  }

  @Test
  void saysThatNobodyListensOnAnyOfTheAddresses() throws Exception {
    EchoServer server = EchoServer.start(Endpoint.udp("127.0.0.2", 0));
    int port = port(server);
    server.close();
    try (EchoClient client = connectToBothAddresses(port)) {
      for (int i = 0; i < 3; i++) {
        PortUnreachableException error =
            assertThrows(PortUnreachableException.class, () -> client.send("x"));
        assertEquals(
            "Send to " + client.endpoint() + ": nobody is listening there", error.getMessage());
      }

      assertTrue(client.isOpen());
    }
  }

  private static int port(EchoServer server) {
    return ((Endpoint.Udp) server.endpoint()).port();
  }

  /** As for a name that has both. */
  @SuppressWarnings("try") // the mock is there to be closed
  private static EchoClient connectToBothAddresses(int port) throws IOException {
    Object both =
        List.of(new InetSocketAddress("127.0.0.1", port), new InetSocketAddress("127.0.0.2", port));
    Answer<?> resolved =
        call -> call.getMethod().getName().equals("resolve") ? both : call.callRealMethod();
    try (MockedStatic<?> mocked = mockStatic(Addresses.class, resolved)) {
      return EchoClient.connect(Endpoint.udp("both.invalid", port));
    }
  }
}

package dev.echo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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

/** What a client does with single datagrams, the other side driven by hand. */
@Timeout(30)
class DatagramClientTest {

  private static final Duration SHORT = Duration.ofMillis(200);

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
  void sendsNothingWhoseTimeIsUpBeforeItsTurn() throws Exception {
    try (DatagramChannel silent =
        DatagramChannel.open().bind(new InetSocketAddress("127.0.0.1", 0))) {
      Endpoint udp = Endpoint.udp(((InetSocketAddress) silent.getLocalAddress()).getPort());
      List<CompletableFuture<Echo>> echoes = new ArrayList<>();
      try (EchoClient client = EchoClient.builder().timeout(SHORT).connect(udp)) {
        for (int i = 0; i < 100; i++) {
          echoes.add(client.sendAsync("m" + i));
        }
        for (CompletableFuture<Echo> echo : echoes) {
          ExecutionException error =
              assertThrows(ExecutionException.class, () -> echo.get(10, TimeUnit.SECONDS));
          assertInstanceOf(EchoTimeoutException.class, error.getCause());
        }
      }

      silent.configureBlocking(false);
      int sent = 0;
      while (silent.receive(ByteBuffer.allocate(10)) != null) {
        sent++;
      }
      assertTrue(sent < 50, sent + " were sent");
    }
  }
}

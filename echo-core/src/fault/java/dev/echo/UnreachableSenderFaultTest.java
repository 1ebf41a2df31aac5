package dev.echo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.echo.testing.NoLeaks;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Senders of datagrams that are gone when the reply comes, of which ICMP tells the server. */
@Timeout(30)
class UnreachableSenderFaultTest {

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @RegisterExtension
  final NoLeftovers noLeftovers = new NoLeftovers();

  private static void awaitCalmly(Semaphore permits) {
    try {
      permits.tryAcquire(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void servesOthersAfterManySendersHaveGone() throws Exception {
    int senders = 200; // all of whose datagrams fit into the smallest receive buffer
    Semaphore mayAnswer = new Semaphore(0);
    MessageTransformer waiting = (message, peer) -> {
      awaitCalmly(mayAnswer);
      return message;
    };
    try (EchoServer server = EchoServer.builder().transformer(waiting).start(Endpoint.udp(0));
        EchoClient client = EchoClient.connect(server.endpoint())) {
      byte[] bytes = "gone".getBytes(UTF_8);
      for (int i = 0; i < senders; i++) {
        try (DatagramSocket sender = new DatagramSocket()) {
          sender.send(new DatagramPacket(
              bytes, bytes.length, (InetSocketAddress) server.endpoint().address()));
        }
      }

      mayAnswer.release(senders + 1);

      assertEquals("there", client.send("there").message().text());
      assertEquals(senders + 1, server.stats().messages());
      assertEquals(0, server.stats().errors());
    }
  }
}

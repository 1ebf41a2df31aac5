package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.testing.ChildProcess;
import dev.echo.testing.NoLeaks;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A server and a client in a network that loses packets, or all of them. */
@Timeout(240)
class LossyNetworkFaultTest {

  private static final String TCP = "tcp://127.0.0.1:0";
  private static final String UDP = "udp://127.0.0.1:0";
  private static final int LOSS_PERCENT = 20;
  private static final int BATCHES = 10;

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @RegisterExtension
  final NoLeftovers noLeftovers = new NoLeftovers();

  @RegisterExtension
  final NetworkNamespace network = new NetworkNamespace();

  private ServerProcess startServer(String... arguments) throws Exception {
    return ServerProcess.start(network.prefix(), List.of(), arguments);
  }

  private ChildProcess startClient(ServerProcess server, String timeout) throws Exception {
    ChildProcess client = ChildProcess.start(
        network.prefix(), List.of(), ClientMain.class, server.endpoint.toString(), timeout);
    client.answer(); // it is connected
    return client;
  }

  private static void assertTimesOut(ChildProcess client, String message, long millis)
      throws Exception {
    assertIsTimeout(client.ask(message), millis);
  }

  private static void assertIsTimeout(String answer, long millis) {
    String[] failure = answer.split(" ");
    assertEquals("EchoTimeoutException", failure[1], answer);
    long took = Long.parseLong(failure[0]);
    assertTrue(took >= millis && took < millis + 5_000, answer);
  }

  /** With a timeout so short, chance may still be in the way when the network no longer is. */
  static void assertAnsweredInTheEnd(ChildProcess client) throws Exception {
    String answer = client.ask("1");
    for (int i = 2; !answer.equals(Integer.toString(i - 1)); i++) {
      assertIsTimeout(answer, 0);
      assertTrue(i < 50, "no answer to any message");
      answer = client.ask(Integer.toString(i));
    }
  }

  @Test
  void deliversAllRepliesInOrderOverTcp() throws Exception {
    try (ServerProcess server = startServer(TCP);
        ChildProcess client = startClient(server, "PT60S")) {
      network.losePackets(LOSS_PERCENT);

      for (int batch = 0; batch < BATCHES; batch++) {
        int number = batch;
        String messages = IntStream.range(0, 50)
            .mapToObj(i -> number + "-" + i)
            .collect(Collectors.joining(ClientMain.SEPARATOR));
        assertEquals(messages, client.ask(messages));
      }

      assertEquals(BATCHES * 50, server.stats().messages());
      assertEquals(0, server.stats().errors());
    }
  }

  @Test
  void handsNoReplyToAnotherMessageOverUdp() throws Exception {
    try (ServerProcess server = startServer(UDP);
        ChildProcess client = startClient(server, "PT0.1S")) {
      network.losePackets(LOSS_PERCENT);

      int lost = 0;
      for (int i = 0; i < 60; i++) {
        String message = "message-" + i;
        String answer = client.ask(message);
        if (!answer.equals(message)) {
          assertIsTimeout(answer, 100);
          lost++;
        }
      }

      System.out.println("Of 60 messages over UDP " + lost + " got no reply");
      assertTrue(lost > 0 && lost < 60, lost + " were lost");
      assertEquals(0, server.stats().errors());
      network.restore();
      assertAnsweredInTheEnd(client);
    }
  }

  @Test
  void closesAConnectionThatWasCutForLongAndServesTheNext() throws Exception {
    try (ServerProcess server = startServer(TCP, "idleTimeout=PT2S")) {
      try (ChildProcess client = startClient(server, "PT2S")) {
        assertEquals("before", client.ask("before"));

        network.cut();

        assertTimesOut(client, "lost", 2_000);
        server.awaitStats(stats -> stats.open() == 0);
        String error = server.child.ask(ServerMain.LAST_ERROR);
        assertTrue(error.startsWith("dev.echo.EchoTimeoutException: No message from "), error);
        network.restore();
      }
      try (ChildProcess client = startClient(server, "PT10S")) {
        assertEquals("after", client.ask("after"));
      }
      assertEquals(1, server.stats().errors());
      assertEquals(2, server.stats().messages());
    }
  }

  @Test
  void goesOnWithAConnectionThatWasCutForAMoment() throws Exception {
    try (ServerProcess server = startServer(TCP);
        ChildProcess client = startClient(server, "PT2S")) {
      assertEquals("before", client.ask("before"));
      network.cut();
      assertTimesOut(client, "late", 2_000);

      network.restore();

      server.awaitStats(stats -> stats.messages() == 2); // sent again by the kernel
      assertEquals("after", client.ask("after"));
      assertEquals(1, server.stats().total());
      assertEquals(0, server.stats().errors());
    }
  }

  @Test
  void goesOnOverUdpAfterTheNetworkWasCut() throws Exception {
    try (ServerProcess server = startServer(UDP);
        ChildProcess client = startClient(server, "PT0.2S")) {
      assertAnsweredInTheEnd(client);
      network.cut();
      assertTimesOut(client, "lost", 200);

      network.restore();

      assertAnsweredInTheEnd(client);
    }
  }
}

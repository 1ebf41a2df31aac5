package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.testing.ChildProcess;
import dev.echo.testing.NoLeaks;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A probe in a network that loses packets, and one whose process is stopped. */
@Timeout(240)
class ProbeFaultTest {

  private static final int STOPPED_SECONDS = 3;

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @RegisterExtension
  final NoLeftovers noLeftovers = new NoLeftovers();

  @RegisterExtension
  final NetworkNamespace network = new NetworkNamespace();

  private ChildProcess startProbe(ServerProcess server, String... settings) throws Exception {
    String[] arguments = new String[settings.length + 1];
    arguments[0] = server.endpoint.toString();
    System.arraycopy(settings, 0, arguments, 1, settings.length);
    ChildProcess probe =
        ChildProcess.start(network.prefix(), List.of(), ProbeMain.class, arguments);
    assertEquals("started", probe.answer());
    return probe;
  }

  @Test
  void losesWhatTheNetworkLoses() throws Exception {
    network.loseOneIn(50);
    try (ServerProcess server =
            ServerProcess.start(network.prefix(), List.of(), "udp://127.0.0.1:0");
        ChildProcess probe = startProbe(server, "2000", "10000", "PT2S")) {
      ProbeMain.Found found = ProbeMain.Found.parse(probe.answer());

      System.out.println("Of 10,000 messages over UDP were lost " + found.lost());
      assertTrue(found.lost() > 0, found::toString);
      assertEquals(network.lostPackets(), found.lost());
      assertEquals(10_000, found.sent());
      assertEquals(10_000, found.received() + found.lost());
      assertEquals(0, found.late() + found.others());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"udp://127.0.0.1:0", "tcp://127.0.0.1:0"})
  void reportsSendLagAndNoLossAfterItWasStopped(String endpoint) throws Exception {
    try (ServerProcess server = ServerProcess.start(network.prefix(), List.of(), endpoint);
        ChildProcess probe = startProbe(server, "200", "1000", "PT1S")) {
      server.awaitStats(stats -> stats.messages() > 100);

      probe.signal("STOP");
      assertFalse(new CountDownLatch(1).await(STOPPED_SECONDS, TimeUnit.SECONDS));
      probe.signal("CONT");

      ProbeMain.Found found = ProbeMain.Found.parse(probe.answer());
      assertEquals(1_000, found.received(), found::toString);
      assertEquals(0, found.late() + found.lost() + found.others(), found::toString);
      assertTrue(found.maxSendLagMillis() > STOPPED_SECONDS * 1_000 - 500, found::toString);
    }
  }
}

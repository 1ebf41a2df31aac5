package dev.echo.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.echo.EchoServer;
import dev.echo.Framing;
import dev.echo.Message;
import dev.echo.MessageTransformer;
import dev.echo.Peer;
import dev.echo.testing.Certificates;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.Transport;
import dev.echo.testing.Until;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a probe does over every transport and framing, with a server that does what it should. */
@ParameterizedClass
@MethodSource("kinds")
@Timeout(60)
class PathProbeTest {

  private static final double FAST = 2000;

  /** So long that nothing is late on a busy machine. */
  private static final Duration LONG = Duration.ofSeconds(20);

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @Parameter(0)
  Transport transport;

  @Parameter(1)
  boolean secured;

  @Parameter(2)
  Framing framing;

  static Stream<Arguments> kinds() {
    return Stream.of(Framing.values())
        .flatMap(framing -> Stream.of(
            Arguments.of(Transport.UDP, false, framing),
            Arguments.of(Transport.TCP, false, framing),
            Arguments.of(Transport.UNIX, false, framing),
            Arguments.of(Transport.TCP, true, framing)));
  }

  private final Set<Message> messages = ConcurrentHashMap.newKeySet();
  private final Set<Peer> peers = ConcurrentHashMap.newKeySet();

  @BeforeEach
  void assumeAvailable() {
    transport.assumeAvailable();
  }

  private EchoServer server(MessageTransformer transformer) throws IOException {
    EchoServer.Builder builder = EchoServer.builder().framing(framing).transformer(transformer);
    if (secured) {
      builder.sslContext(Certificates.of("server"));
    }
    return builder.start(transport.free());
  }

  private PathProbe.Builder probe() {
    PathProbe.Builder builder = PathProbe.builder().framing(framing).rate(FAST).timeout(LONG);
    if (secured) {
      builder.sslContext(Certificates.none());
    }
    return builder;
  }

  private Message remember(Message message, Peer peer) {
    messages.add(message);
    peers.add(peer);
    return message;
  }

  @Test
  void receivesWhatItSends() throws Exception {
    Queue<ProbeReply> replies = new ConcurrentLinkedQueue<>();
    try (EchoServer server = server(MessageTransformer.identity());
        PathProbe probe = probe().count(100).onReply(replies::add).start(server.endpoint())) {
      PathReport report = probe.await();

      assertEquals(server.endpoint(), report.endpoint());
      assertEquals(100, report.sent());
      assertEquals(100, report.received());
      assertEquals(0, report.lossRatio());
      assertEquals(0, report.foreign() + report.duplicates() + report.unsent());
      assertEquals(Duration.ZERO, report.longestOutage());
      assertEquals(100, report.roundTrips().count());
      assertEquals(100, report.responseTimes().count());
      assertEquals(100, report.sendLag().count());
      assertTrue(report.elapsed().compareTo(Duration.ofMillis(49)) >= 0, report::toString);
      assertTrue(probe.isDone());
    }
    assertEquals(
        LongStream.rangeClosed(1, 100).boxed().toList(),
        replies.stream().map(ProbeReply::number).toList());
    assertTrue(
        replies.stream().allMatch(reply -> reply.flow() == 1 && reply.reply().size() == 64));
  }

  @Test
  void sendsOverSeveralFlows() throws Exception {
    try (EchoServer server = server(this::remember);
        PathProbe probe = probe().count(100).flows(3).start(server.endpoint())) {
      PathReport report = probe.await();

      assertEquals(100, report.received());
      assertEquals(
          List.of(34L, 33L, 33L),
          report.flows().stream().map(PathReport::received).toList());
      assertEquals(List.of(), report.flows().get(0).flows());
      if (framing != Framing.RAW || transport == Transport.UDP) {
        assertEquals(100, messages.size(), "different messages");
      }
      assertEquals(3, peers.size());
    }
  }

  @Test
  void sendsMessagesOfEverySize() throws Exception {
    for (int size : new int[] {16, 17, 1000, 20_000}) {
      try (EchoServer server = server(MessageTransformer.upperCase());
          PathProbe probe = probe().count(5).size(size).start(server.endpoint())) {
        PathReport report = probe.await();

        assertEquals(5, report.received(), report::toString); // more may not fit into the buffers
      }
    }
  }

  @Test
  void takesRepliesToWhichTheServerAppends() throws Exception {
    assumeTrue(
        framing != Framing.RAW || transport == Transport.UDP, "Nobody could tell where they end");
    Queue<ProbeReply> replies = new ConcurrentLinkedQueue<>();
    try (EchoServer server = server(MessageTransformer.suffix(" (seen)"));
        PathProbe probe = probe().count(20).onReply(replies::add).start(server.endpoint())) {
      assertEquals(20, probe.await().received());
    }
    for (ProbeReply reply : replies) {
      assertTrue(reply.reply().text().matches("[A-Z0-9]{64} \\(seen\\)"), reply::toString);
    }
  }

  @Test
  void sendsTheSameContentWithTheSameSeedInEachRun() throws Exception {
    String first = content(7);
    assertEquals(first, content(7));
    assertNotEquals(first, content(8));
  }

  private String content(long seed) throws Exception {
    Queue<ProbeReply> replies = new ConcurrentLinkedQueue<>();
    try (EchoServer server = server(MessageTransformer.identity());
        PathProbe probe =
            probe().count(1).seed(seed).onReply(replies::add).start(server.endpoint())) {
      probe.await();
    }
    return replies.remove().reply().text().substring(ProbeMessages.HEADER);
  }

  @Test
  void doesNotCountTheWarmUp() throws Exception {
    Queue<ProbeReply> replies = new ConcurrentLinkedQueue<>();
    try (EchoServer server = server(MessageTransformer.identity());
        PathProbe probe = probe()
            .warmUp(Duration.ofMillis(10))
            .duration(Duration.ofMillis(15))
            .onReply(replies::add)
            .start(server.endpoint())) {
      PathReport report = probe.await();

      assertEquals(30, report.sent());
      assertEquals(30, report.received());
      assertEquals(0, report.duplicates() + report.foreign());
      assertEquals(
          LongStream.rangeClosed(21, 50).boxed().toList(),
          replies.stream().map(ProbeReply::number).toList());
    }
  }

  @Test
  void stopsAndStillWaitsForWhatIsUnderWay() throws Exception {
    try (EchoServer server = server(MessageTransformer.identity());
        PathProbe probe = probe().duration(LONG).start(server.endpoint())) {
      Until.holds(() -> probe.report().sent() > 0);
      assertFalse(probe.isDone());
      probe.stop();
      probe.stop();

      PathReport report = probe.await();
      assertTrue(report.sent() > 0);
      assertEquals(report.sent(), report.received());
      assertEquals(report.toString(), probe.report().toString());
    }
  }
}

package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.echo.internal.server.ServerBuilder;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.RecordingListener;
import dev.echo.testing.Transport;
import dev.echo.testing.Until;
import dev.echo.testing.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds while replies are held back: limits, idle timeout, shutdown, and what opens. */
@ParameterizedClass
@EnumSource(names = {"TCP", "UNIX"})
@Timeout(60)
class HeldRepliesTest {

  private static final Duration HOUR = Duration.ofHours(1);

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @Parameter
  Transport transport;

  private final RecordingListener listener = new RecordingListener();
  private final AtomicLong nanos = new AtomicLong();
  private final List<CloseReason> ended = new CopyOnWriteArrayList<>();
  private final ServerBuilder builder = new ServerBuilder()
      .listener(listener.andThen(new EchoListener() {
        @Override
        public void onClose(Peer peer, CloseReason reason) {
          ended.add(reason);
        }
      }))
      .nanoClock(nanos::get);

  private EchoServer start(FaultPlan plan) throws IOException {
    return builder.faults(plan).start(transport.free());
  }

  private static FaultPlan firstPeer(Fault... faults) {
    return FaultPlan.perPeer(FaultPlan.script(faults));
  }

  private static void assertServesOthers(EchoServer server) throws IOException {
    try (Wire other = Wire.to(server.endpoint())) {
      assertEquals("1\n", other.send("1\n").halfClose().receiveToEnd());
    }
  }

  private static void assertSilent(Wire peer) throws IOException {
    peer.channel.configureBlocking(false);
    assertEquals(0, peer.channel.read(ByteBuffer.allocate(1)));
    peer.channel.configureBlocking(true);
  }

  /** Lets time pass, and the loop see it, until something has come of it. */
  private void passTime(EchoServer server, Duration step, BooleanSupplier until)
      throws IOException {
    while (!until.getAsBoolean()) {
      nanos.addAndGet(step.toNanos());
      Wire.to(server.endpoint()).close();
    }
  }

  private static void awaitMessages(EchoServer server, int count) {
    Until.holds(() -> server.stats().messages() >= count);
  }

  @Test
  void holdsAReplyForLongerThanTheIdleTimeout() throws Exception {
    try (EchoServer server = start(firstPeer(Fault.delay(HOUR)));
        Wire peer = Wire.to(server.endpoint())) {
      peer.send("1\n");
      awaitMessages(server, 1);
      assertServesOthers(server);
      nanos.addAndGet(HOUR.toNanos() - 1);
      assertServesOthers(server);
      assertServesOthers(server);
      assertSilent(peer);

      nanos.addAndGet(1);

      assertEquals("1\n", peer.receiveLine());
      assertEquals("2\n", peer.send("2\n").receiveLine());
    }
  }

  @Test
  void readsNothingBehindAHeldReply() throws Exception {
    try (EchoServer server = start(firstPeer(Fault.delay(HOUR)));
        Wire peer = Wire.to(server.endpoint())) {
      peer.send("1\n");
      awaitMessages(server, 1);
      peer.channel.configureBlocking(false);
      ByteBuffer lines = ByteBuffer.wrap("x\n".repeat(32_768).getBytes());
      long sent = 0;
      int idleRounds = 0;
      while (idleRounds < 3) { // until neither end's buffers take more
        int count = peer.channel.write(lines.rewind());
        sent += count;
        idleRounds = count == 0 ? idleRounds + 1 : 0;
        assertServesOthers(server);
        assertTrue(sent < 100_000_000, sent + " bytes were read");
      }

      assertEquals(
          0, listener.faults.stream().filter(fault -> !fault.contains("delay")).count());
    }
  }

  @Test
  void closesAConnectionWhoseReplyFindsNoRoom() throws Exception {
    builder.maxBufferedBytes(50_000);
    try (EchoServer server = start(FaultPlan.every(1, Fault.delay(HOUR)));
        Wire first = Wire.to(server.endpoint());
        Wire second = Wire.to(server.endpoint())) {
      String large = "x".repeat(30_000) + "\n";
      first.send(large);
      awaitMessages(server, 1);

      second.send(large);

      assertEquals("", endOf(second));
      assertTrue(listener.awaitError().getMessage().contains("maxBufferedBytes"));
      assertEquals(CloseReason.FAILED, listener.awaitClose());
      first.channel.close();
    }
  }

  private static String endOf(Wire peer) {
    try {
      return peer.receiveToEnd();
    } catch (IOException e) { // a reset, as it was closed at once
      return "";
    }
  }

  @Test
  void givesBackTheRoomOfAConnectionThatGoes() throws Exception {
    builder.maxBufferedBytes(50_000);
    try (EchoServer server = start(FaultPlan.script(Fault.stall()))) {
      for (int i = 1; i <= 5; i++) {
        try (Wire peer = Wire.to(server.endpoint())) {
          peer.send("x".repeat(30_000) + "\n");
          awaitMessages(server, i);
          passTime(server, Duration.ofMinutes(5), () -> ended.contains(CloseReason.FAULT));
          assertEquals("", endOf(peer));
          ended.clear();
        }
      }
      assertEquals(List.of(), listener.allErrors);
    }
  }

  @Test
  void endsAtOnceWithThousandsHeldBack() throws Exception {
    List<Wire> peers = new ArrayList<>();
    try {
      EchoServer server = start(FaultPlan.every(2, Fault.delay(HOUR)));
      try (server) {
        for (int i = 0; i < 2_000; i++) {
          Wire peer = Wire.to(server.endpoint());
          peers.add(peer);
          peer.send("1\n2\n3\n");
        }
        awaitMessages(server, 2 * peers.size());
        server.shutdown();
        for (Wire peer : peers) {
          assertEquals("1\n", peer.receiveToEnd());
          peer.channel.close();
        }

        assertTrue(server.awaitTermination(Duration.ofSeconds(20)));
      }
      assertEquals(2 * peers.size(), server.stats().messages());
      assertEquals(0, server.stats().openConnections());
    } finally {
      for (Wire peer : peers) {
        peer.channel.close();
      }
    }
  }

  @Test
  void finishesWhatTheSocketHasNotTakenBeforeItEnds() throws Exception {
    try (EchoServer server =
            start(firstPeer(Fault.duplicate(100).then(Fault.close().afterBytes(9_000_000))));
        Wire peer = Wire.to(server.endpoint())) {
      peer.send("x".repeat(60_000) + "\n");
      assertEquals("x", peer.receive(1)); // so that it has begun

      server.shutdown();

      assertEquals(101 * 60_001 - 1, peer.receiveToEnd().length());
    }
  }

  @Test
  void givesAPeerItsTimeBehindADelayLongerThanTheIdleTimeout() throws Exception {
    builder.idleTimeout(Duration.ofSeconds(1));
    Fault fault = Fault.duplicate(100).then(Fault.delay(HOUR));
    try (EchoServer server = start(firstPeer(fault));
        Wire peer = Wire.to(server.endpoint())) {
      peer.send("x".repeat(60_000) + "\n");
      awaitMessages(server, 1);
      assertServesOthers(server); // so that the delay has begun

      nanos.addAndGet(HOUR.toNanos());
      assertServesOthers(server); // the loop looks at the time

      assertEquals(101 * 60_001, peer.receive(101 * 60_001).length());
    }
  }

  @Test
  void timesOutAPeerThatDoesNotTakeAFaultyReply() throws Exception {
    builder.idleTimeout(Duration.ofSeconds(1));
    Fault fault = Fault.duplicate(100).then(Fault.delay(Duration.ofNanos(1)));
    try (EchoServer server = start(firstPeer(fault));
        Wire peer = Wire.to(server.endpoint())) {
      peer.send("x".repeat(60_000) + "\n");
      awaitMessages(server, 1);

      passTime(server, Duration.ofMillis(500), () -> ended.contains(CloseReason.IDLE_TIMEOUT));

      assertTrue(listener.awaitError().getMessage().startsWith("No reply taken by "));
    }
  }

  @Test
  void resetsWhateverWasSentBefore() throws Exception {
    assumeTrue(transport == Transport.TCP, "which has resets");
    try (EchoServer server = start(FaultPlan.script(Fault.reset().afterBytes(3)))) {
      for (int i = 0; i < 200; i++) {
        try (Wire peer = Wire.to(server.endpoint())) {
          assertEquals("hel", peer.send("hello\n").receive(3));
          assertThrows(IOException.class, peer::receiveToEnd);
        }
      }
    }
  }

  @Test
  void resetsInPlaceOfAReply() throws Exception {
    assumeTrue(transport == Transport.TCP, "which has resets");
    try (EchoServer server = start(FaultPlan.script(Fault.reset()))) {
      for (int i = 0; i < 200; i++) {
        try (Wire peer = Wire.to(server.endpoint())) {
          peer.send("hello\nand what is not read yet");
          assertThrows(IOException.class, peer::receiveToEnd);
        }
      }
    }
  }

  @Test
  void delaysTheFirstReadOfAConnection() throws Exception {
    try (EchoServer server = start(FaultPlan.onOpen(Fault.delay(HOUR)));
        Wire peer = Wire.to(server.endpoint())) {
      peer.send("1\n");
      assertServesOthers(server);
      assertServesOthers(server);
      assertSilent(peer);
      assertEquals(2, server.stats().messages());

      nanos.addAndGet(HOUR.toNanos());
      assertServesOthers(server);

      assertEquals("1\n", peer.receiveLine());
      assertEquals(List.of("0 delay=3600s"), listener.faults);
      assertEquals(1, server.stats().faults());
    }
  }

  @Test
  void closesAConnectionThatHasJustOpened() throws Exception {
    try (EchoServer server = start(FaultPlan.onOpen(Fault.none(), Fault.close()))) {
      assertServesOthers(server);
      assertEquals(CloseReason.PEER_CLOSED, listener.awaitClose());
      try (Wire peer = Wire.to(server.endpoint())) {
        assertEquals("", peer.receiveToEnd());
      }
      assertEquals(CloseReason.FAULT, listener.awaitClose());
      assertServesOthers(server);
    }
  }

  @Test
  void resetsAConnectionThatHasJustOpened() throws Exception {
    try (EchoServer server = start(FaultPlan.onOpen(Fault.reset()))) {
      try (Wire peer = Wire.to(server.endpoint())) {
        if (transport == Transport.TCP) {
          assertThrows(IOException.class, peer::receiveToEnd);
        } else {
          assertEquals("", peer.receiveToEnd());
        }
      }
      assertEquals(CloseReason.FAULT, listener.awaitClose());
    }
  }

  @Test
  void neverReadsFromAConnectionThatStallsWhenItOpens() throws Exception {
    try (EchoServer server = start(FaultPlan.onOpen(Fault.stall()));
        Wire peer = Wire.to(server.endpoint())) {
      peer.send("1\n");
      assertServesOthers(server);
      assertSilent(peer);
      assertEquals(1, server.stats().messages());

      passTime(server, Duration.ofMinutes(5), () -> ended.contains(CloseReason.FAULT));

      assertEquals("", endOf(peer));
    }
  }

  @Test
  void servesThousandsOfFaultyMessagesInARow() throws Exception {
    FaultPlan plan = FaultPlan.every(1, Fault.delay(Duration.ZERO).then(Fault.slow(9, HOUR)));
    try (EchoServer server = start(plan);
        Wire peer = Wire.to(server.endpoint())) {
      String lines =
          String.join("", IntStream.range(0, 20_000).mapToObj(i -> "x\n").toList());

      assertEquals(lines, peer.send(lines).receive(lines.length()));
      assertEquals(20_000, server.stats().faults());
    }
  }
}

package dev.echo.internal.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.EchoListener;
import dev.echo.EchoServer;
import dev.echo.MessageTransformer;
import dev.echo.Peer;
import dev.echo.testing.Gate;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.RecordingListener;
import dev.echo.testing.Transport;
import dev.echo.testing.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What the event loops of a server have to do with each other when it ends, or one of them dies. */
@ParameterizedClass
@EnumSource(names = {"TCP", "UNIX"})
@Timeout(30)
class EventLoopsTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @Parameter
  Transport transport;

  private final RecordingListener listener = new RecordingListener();
  private final List<Wire> peers = new ArrayList<>();

  /** Whether the second loop is to die when it looks at its clock. */
  private volatile boolean dying;

  @AfterEach
  void closePeers() throws IOException {
    for (Wire peer : peers) {
      peer.close();
    }
  }

  /** A builder of servers with two loops, for which no time passes. */
  private ServerBuilder builder() {
    ServerBuilder builder = new ServerBuilder().nanoClock(this::readClock);
    builder.eventLoops(2);
    return builder;
  }

  private long readClock() {
    if (dying && Thread.currentThread().getName().endsWith("-1")) {
      throw new IllegalStateException("for the test");
    }
    return 0;
  }

  /** The loops take turns. */
  private Wire connect(EchoServer server) throws IOException {
    Wire peer = Wire.to(server.endpoint());
    peers.add(peer);
    return peer;
  }

  private Wire connectAndEcho(EchoServer server) throws IOException {
    Wire peer = connect(server);
    assertEquals("x\n", peer.send("x\n").receiveLine());
    return peer;
  }

  private void letTheSecondLoopDie(Wire oneOfItsPeers) throws IOException {
    dying = true;
    oneOfItsPeers.send("die\n");
  }

  @Test
  void closesTheConnectionsOfAllLoopsWhenOneDies() throws Exception {
    try (EchoServer server = builder().listener(listener).start(transport.free())) {
      for (int i = 0; i < 4; i++) {
        connectAndEcho(server);
      }

      letTheSecondLoopDie(peers.get(1));

      assertTrue(server.awaitTermination(SOON));
      assertEquals(4, Collections.frequency(listener.events, "close"));
      assertEquals("for the test", listener.awaitError().getMessage());
      assertEquals(
          List.of("The event loop of " + server.endpoint() + " died"), noLeaks.takeWarnings());
    }
  }

  @Test
  void closesWhatWasAcceptedForALoopThatHasDied() throws Exception {
    Gate gate = new Gate();
    EchoListener holding = new EchoListener() {
      @Override
      public void onOpen(Peer peer) {
        if (peer.number() == 3) {
          gate.enter();
        }
      }
    };
    try (EchoServer server = builder().listener(holding).start(transport.free())) {
      connectAndEcho(server);
      Wire second = connectAndEcho(server);
      Thread loop = thread("-1");
      connect(server);
      gate.awaitEntered();
      letTheSecondLoopDie(second);
      loop.join(SOON.toMillis());

      Wire late = connect(server);
      gate.open();

      assertEquals("", late.receiveToEnd());
      assertTrue(server.awaitTermination(SOON));
      assertEquals(3, server.stats().totalConnections());
      noLeaks.takeWarnings();
    }
  }

  private Thread thread(String suffix) {
    return noLeaks.threads().stream()
        .filter(thread -> thread.getName().endsWith(suffix))
        .findAny()
        .orElseThrow();
  }

  @Test
  void answersOnEachLoopWhatHadArrivedWhenTheServerWasShutDown() throws Exception {
    Gate gate = new Gate();
    MessageTransformer holding = MessageTransformer.text(text -> {
      if (text.equals("hold")) {
        gate.enter();
      }
      return text;
    });
    try (EchoServer server =
        EchoServer.builder().eventLoops(2).transformer(holding).start(transport.free())) {
      for (int i = 0; i < 4; i++) {
        connectAndEcho(server);
      }
      Thread first = thread("-0");
      peers.get(0).close();
      peers.get(2).close();
      peers.get(1).send("hold\n");
      gate.awaitEntered();
      peers.get(3).send("y\n");

      server.shutdown();
      first.join(SOON.toMillis()); // so it has told the second loop
      gate.open();

      assertEquals("hold\n", peers.get(1).receiveToEnd());
      assertEquals("y\n", peers.get(3).receiveToEnd());
    }
  }

  @Test
  void forcesTheEndOfALoopThatHasStartedSince() throws Exception {
    Gate gate = new Gate();
    AtomicReference<EchoServer> server = new AtomicReference<>();
    EchoListener forcing = new EchoListener() {
      @Override
      public void onOpen(Peer peer) {
        if (peer.number() == 1) {
          gate.enter();
          server.get().shutdownNow();
        }
      }
    };
    server.set(builder().listener(forcing).start(transport.free()));
    connect(server.get());
    gate.awaitEntered();
    connect(server.get()); // for the second loop
    gate.open();

    assertTrue(server.get().awaitTermination(SOON), "it lingers, for which it has no time");
  }

  @Test
  void forgetsThatUserCodeHasInterruptedItsThread() throws Exception {
    List<Boolean> interrupted = new CopyOnWriteArrayList<>();
    MessageTransformer interrupting = (message, peer) -> {
      interrupted.add(Thread.currentThread().isInterrupted());
      Thread.currentThread().interrupt();
      return message;
    };
    try (EchoServer server =
        EchoServer.builder().transformer(interrupting).start(transport.free())) {
      Wire peer = connectAndEcho(server);
      assertEquals("y\n", peer.send("y\n").receiveLine());

      assertEquals(List.of(false, false), interrupted);
    }
  }
}

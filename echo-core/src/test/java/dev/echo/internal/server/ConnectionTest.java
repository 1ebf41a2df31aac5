package dev.echo.internal.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.CloseReason;
import dev.echo.EchoServer;
import dev.echo.Fault;
import dev.echo.FaultPlan;
import dev.echo.MessageTransformer;
import dev.echo.QuitPredicate;
import dev.echo.internal.RemotePeer;
import dev.echo.internal.loop.EventSource;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.RecordingListener;
import dev.echo.testing.Wire;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Connections over real sockets that the test serves by hand, in the place of their loop. */
@ParameterizedClass
@EnumSource(names = {"TCP", "UNIX"})
@Timeout(30)
class ConnectionTest {

  private static final int LARGE = 20_000_000;
  private static final long MILLI = Duration.ofMillis(1).toNanos();

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @Parameter
  dev.echo.testing.Transport transport;

  private final AtomicLong nanos = new AtomicLong();
  private final RecordingListener listener = new RecordingListener();
  private final ServerBuilder builder = new ServerBuilder()
      .listener(listener)
      .nanoClock(nanos::get)
      .quitWhen(QuitPredicate.textEquals("quit"));
  private final List<Wire> peers = new ArrayList<>();
  private final List<Connection> connections = new ArrayList<>();
  private EchoServer server;
  private ListeningSocket listening;

  /** Its thread is never started. */
  private Worker worker;

  private Wire peer;
  private Connection connection;

  /** Makes one more peer and the connection to it. */
  private void connect() throws IOException {
    if (server == null) {
      server = builder.start(transport.free());
      worker = new Worker((StreamServer) server, 1);
      listening = ListeningSocket.bind(transport.free());
      listening.channel.configureBlocking(true);
    }
    peer = Wire.to(listening.endpoint);
    peers.add(peer);
    SocketChannel accepted = listening.channel.accept();
    accepted.configureBlocking(false);
    RemotePeer remote = new RemotePeer(peers.size(), server.endpoint());
    connection = ((StreamServer) server).config.faults == null
        ? new Connection(worker, remote)
        : new FaultyConnection(worker, remote);
    connections.add(connection);
    Opening.open(connection, accepted);
  }

  @AfterEach
  void close() throws IOException {
    for (Connection one : connections) {
      one.close();
    }
    for (Wire one : peers) {
      one.close();
    }
    if (server != null) { // else the test was skipped
      worker.loop.discard();
      listening.close();
      server.close();
    }
  }

  private EventSource source() {
    return (EventSource) connection.key.attachment();
  }

  private void serve(String text) throws IOException {
    send(text);
    source().onReady();
  }

  /** Sends, and waits until it has arrived. */
  private void send(String text) throws IOException {
    peer.send(text);
    awaitInput();
  }

  private void awaitInput() throws IOException {
    try (Selector selector = Selector.open()) {
      connection.socket().register(selector, SelectionKey.OP_READ);
      assertTrue(selector.select(10_000) > 0, "nothing has arrived within 10 s");
    }
  }

  private void advance(long millis) {
    nanos.addAndGet(millis * MILLI);
  }

  private void assertLingers(long millis) {
    assertInstanceOf(LingeringClose.class, source());
    assertEquals(millis * MILLI, source().deadline() - nanos.get());
  }

  private void assertLingersOverNow() {
    source().onDeadline();
    assertTrue(connection.isClosed());
  }

  /** Has the peer take a reply until the rest is on its way, and returns how much it has taken. */
  private int takeLargeReply() throws IOException {
    int taken = 0;
    do {
      assertEquals(SelectionKey.OP_WRITE, connection.key.interestOps());
      taken += peer.receiveBytes(100_000).length;
      source().onReady();
    } while (connection.key.interestOps() == SelectionKey.OP_WRITE);
    return taken;
  }

  @Test
  void refusesAnotherProtocolOnlyAsTheVeryFirstBytes() throws Exception {
    String header = "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\n";
    connect();
    serve(header);
    assertTrue(connection.isClosed());
    assertTrue(listener.awaitError().getMessage().contains("PROXY protocol"));

    connect();
    serve("half ");
    serve(header);
    assertEquals("half " + header, peer.receiveLine());
    serve(header);
    assertEquals(header, peer.receiveLine());
  }

  @Test
  void leavesNoRepliesToTheNextPeerWhenThereIsNoRoomForThem() throws Exception {
    String reply = "!".repeat(120_000); // for which the loop's buffer has room
    builder
        .maxBufferedBytes(10)
        .transformer(MessageTransformer.text(text -> text.equals("mine") ? text : reply));
    connect();
    for (int i = 0; !connection.isClosed(); i++) {
      assertTrue(i < 1_000, "the socket has room without end");
      serve("x\n");
    }
    assertTrue(listener.awaitError().getMessage().endsWith("(maxBufferedBytes)"));

    connect();
    serve("mine\n");

    assertEquals("mine\n", peer.receiveLine());
  }

  @Test
  void keepsTheReasonOfAnEndThatWasBegun() throws Exception {
    connect();
    send("quit\n");

    connection.shutdown();

    assertEquals("quit\n", peer.receiveToEnd());
    connection.close();
    assertEquals(CloseReason.SHUTDOWN, listener.awaitClose());
  }

  @Test
  void saysGoodbyeWhenTheSocketHasRoomForIt() throws Exception {
    AtomicBoolean hasRoom = new AtomicBoolean();
    connect();
    connection.transport = new Transport() {
      @Override
      boolean sendCloseNotify() {
        return hasRoom.get();
      }
    };
    serve("quit\n");
    source().onReady();
    assertSame(connection, source());
    assertEquals(SelectionKey.OP_WRITE, connection.key.interestOps());

    hasRoom.set(true);
    source().onReady();

    assertLingers(100);
    assertEquals("quit\n", peer.receiveToEnd());
  }

  @Test
  void closesAtOnceWhenItIsShutDownInTheMidstOfSilence() throws Exception {
    connect();
    serve("x\n");
    advance(101);

    connection.shutdown();

    assertTrue(connection.isClosed());
  }

  @Test
  void lingersWhenItIsShutDownSoonAfterAReply() throws Exception {
    connect();
    serve("x\n");
    advance(100);

    connection.shutdown();

    assertLingers(10);
  }

  @Test
  void lingersWhenItIsShutDownWithHalfALine() throws Exception {
    connect();
    serve("half");
    advance(1_000);

    connection.shutdown();

    assertLingers(10);
  }

  @Test
  void answersWhatHasArrivedInTheMidstOfSilenceWhenItIsShutDown() throws Exception {
    connect();
    serve("x\n");
    advance(1_000);
    send("y\n");

    connection.shutdown();

    assertLingers(10);
    assertEquals("x\ny\n", peer.receiveToEnd());
  }

  @Test
  void answersWhatHasArrivedBehindALargeReplyWhenItIsShutDown() throws Exception {
    builder.quitWhen(QuitPredicate.never()).transformer(largeReplies());
    connect();
    serve("large\nx\n");
    send("y\n");

    connection.shutdown();

    int taken = takeLargeReply();
    assertLingers(100);
    assertEquals(LARGE + "\nx\ny\n".length(), taken + peer.receiveBytesToEnd().length);
    connection.close();
    assertEquals(CloseReason.SHUTDOWN, listener.awaitClose());
  }

  @Test
  void readsNoMoreBehindAMessageThatEndsItWhenItIsShutDown() throws Exception {
    builder.transformer(largeReplies());
    connect();
    serve("large\nquit\n");
    send("y\n");

    connection.shutdown();

    int taken = takeLargeReply();
    assertEquals(LARGE + "\nquit\n".length(), taken + peer.receiveBytesToEnd().length);
    connection.close();
    assertEquals(CloseReason.QUIT, listener.awaitClose());
  }

  @Test
  void waitsForALittleSilenceOfALocalPeer() throws Exception {
    connect();
    serve("quit\n");
    assertLingers(10);
    advance(9);
    serve("more\n");
    assertLingers(10);
    advance(10);
    send("at the last moment\n");
    source().onDeadline();
    assertLingers(10);

    advance(10);
    assertLingersOverNow();
  }

  @Test
  void waitsLongerForAPeerThatDidNotTakeItsLastReplyAtOnce() throws Exception {
    builder.quitWhen(QuitPredicate.never()).transformer(largeReplies());
    connect();
    serve("large\n");
    connection.shutdown();

    takeLargeReply();

    assertLingers(100);
  }

  @Test
  void waitsLongerForAPeerThatDidNotTakeAnEarlierReplyAtOnce() throws Exception {
    builder.transformer(largeReplies());
    connect();
    serve("large\nquit\n");

    int taken = takeLargeReply();

    assertLingers(100);
    assertEquals(LARGE + "\nquit\n".length(), taken + peer.receiveBytesToEnd().length);
  }

  @Test
  void waitsNoLongerForAPeerThatTakesItsRepliesAtOnceAgain() throws Exception {
    builder.transformer(largeReplies());
    connect();
    serve("large\nqu");
    int taken = takeLargeReply();
    peer.receiveBytes(LARGE + 1 - taken);

    serve("it\n");

    assertLingers(10);
  }

  @Test
  void waitsNoLongerForAPeerThatHasTakenAReplyWithAFault() throws Exception {
    Fault inOnePiece = Fault.slow(Integer.MAX_VALUE, Duration.ofMillis(1));
    builder.transformer(largeReplies()).faults(FaultPlan.script(inOnePiece));
    connect();
    serve("large\nqu");
    int taken = takeLargeReply();
    peer.receiveBytes(LARGE + 1 - taken);

    serve("it\n");

    assertLingers(10);
  }

  private static MessageTransformer largeReplies() {
    return MessageTransformer.text(text -> text.equals("large") ? "x".repeat(LARGE) : text);
  }

  @Test
  void waitsForNoSilenceLongerThanASecond() throws Exception {
    connect();
    serve("quit\n");
    for (int i = 0; i < 199; i++) {
      assertLingers(10);
      advance(5);
      serve("more\n");
    }
    assertLingers(5);
    advance(5);
    send("more\n");

    assertLingersOverNow();
  }

  @Test
  void lingersNoLongerThanItsPeer() throws Exception {
    connect();
    serve("quit\n");
    if (transport == dev.echo.testing.Transport.TCP) {
      peer.reset();
    } else {
      peer.close();
    }
    awaitInput();

    source().onReady();

    assertTrue(connection.isClosed());
    assertEquals(CloseReason.QUIT, listener.awaitClose());
    assertEquals(List.of(), listener.allErrors);
  }

  @Test
  void endsALingeringCloseThatIsShutDownOnlyInItsTime() throws Exception {
    connect();
    serve("quit\n");

    source().shutdown();

    assertFalse(connection.isClosed());
    advance(10);
    assertLingersOverNow();
  }
}

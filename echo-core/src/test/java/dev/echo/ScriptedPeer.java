package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.internal.server.ServerBuilder;
import dev.echo.testing.FrameModel;
import dev.echo.testing.Transport;
import dev.echo.testing.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;

/** Plays a script to a server, beside a neighbour that must be served after each step. */
final class ScriptedPeer implements AutoCloseable {

  private static final Duration IDLE = Duration.ofMinutes(1);

  /** More than the buffers of Unix sockets hold; those of TCP would take long to fill. */
  private static final int FLOOD = 500_000;

  /** How the connection was ended by this side or the other. */
  private enum End {
    /** Everything must have been answered before. */
    IN_ORDER,
    /** The last replies may be lost. */
    ABRUPT,
    /** There is nobody to read any. */
    GONE
  }

  /** Counts in place of keeping, as there are many messages. */
  private static final class Events implements EchoListener {
    final AtomicInteger opened = new AtomicInteger();
    final BlockingQueue<Peer> closed = new LinkedBlockingQueue<>();

    @Override
    public void onOpen(Peer peer) {
      opened.incrementAndGet();
    }

    @Override
    public void onClose(Peer peer, CloseReason reason) {
      closed.add(peer);
    }

    void awaitClose() throws InterruptedException {
      assertNotNull(closed.poll(10, TimeUnit.SECONDS), "nothing closed within 10 s");
      opened.decrementAndGet();
    }
  }

  private final Script script;
  private final boolean secured;
  private final AtomicLong nanos = new AtomicLong();
  private final Events events = new Events();
  private final FrameModel expected;
  private final EchoServer server;
  private final Wire neighbour;
  private final Wire peer;
  private int received;
  private int others;
  private boolean flooded;

  /**
   * @param context null if the connections are plain
   */
  ScriptedPeer(Script script, Transport transport, SSLContext context, Executor executor)
      throws IOException {
    this.script = script;
    this.secured = context != null;
    this.expected = new FrameModel(script.framing, Script.LIMIT);
    EchoServer.Builder builder = new ServerBuilder()
        .framing(script.framing)
        .maxMessageSize(Script.LIMIT)
        .idleTimeout(IDLE)
        .nanoClock(nanos::get)
        .listener(events);
    if (script.onExecutor) {
      builder.executor(executor);
    }
    if (secured) {
      builder.sslContext(context);
    }
    server = builder.start(transport.free());
    neighbour = connect();
    peer = connect();
  }

  private Wire connect() throws IOException {
    return secured ? Wire.securedTo(server.endpoint()) : Wire.to(server.endpoint());
  }

  void play() throws IOException, InterruptedException {
    meet(neighbour);
    End end = null;
    for (int i = 0; end == null; i++) {
      end = take(script.steps.get(i));
      meet(neighbour);
    }
    readToEnd(end);
    peer.close();
    events.awaitClose();
    meet(neighbour);
    if (end == End.IN_ORDER && script.framing != Framing.RAW) {
      assertEquals(expected.answered().size() + others, server.stats().messages());
    }
  }

  /** Returns how the connection ended, or null if it goes on. */
  private End take(Script.Step step) throws IOException, InterruptedException {
    switch (step.kind()) {
      case SEND -> send(script.piece(step.size()));
      case OVERSIZED -> send(script.oversized(step.size()));
      case GARBAGE -> {
        if (secured) {
          peer.sendUnsecured(script.garbage(step.size()));
          return End.ABRUPT;
        }
        send(script.garbage(step.size()));
      }
      case FLOOD -> flood();
      case READ -> read(Math.min(step.size(), expected.answeredBytes() - received));
      case WAIT -> meetNewcomer();
      case HALF_CLOSE -> {
        expected.end();
        peer.halfClose();
        return End.IN_ORDER;
      }
      case RESET -> {
        peer.reset();
        return End.GONE;
      }
      case IDLE -> {
        waitUntilIdle();
        return End.ABRUPT;
      }
      case CLOSE -> {
        peer.close();
        return End.GONE;
      }
    }
    return expected.isBroken() ? End.IN_ORDER : null;
  }

  private void send(byte[] bytes) throws IOException {
    if (flooded) {
      read(expected.answeredBytes() - received); // else neither side could write
      flooded = false;
    }
    expected.add(bytes, bytes.length);
    peer.send(bytes);
  }

  private void flood() throws IOException, InterruptedException {
    if (secured) {
      return; // its socket can only write all or wait
    }
    byte[] many = script.piece(FLOOD);
    peer.channel.configureBlocking(false);
    int taken = 0;
    for (int refused = 0; taken < FLOOD && refused < 3; ) {
      int count = peer.channel.write(ByteBuffer.wrap(many, taken, FLOOD - taken));
      if (count == 0) {
        refused++;
        meet(neighbour);
      }
      taken += count;
    }
    expected.add(many, taken);
    script.putBack(Arrays.copyOfRange(many, taken, FLOOD));
    peer.channel.configureBlocking(true);
    flooded = true;
  }

  private void waitUntilIdle() throws IOException, InterruptedException {
    Duration almost = IDLE.minusSeconds(1);
    for (int i = 0; events.closed.isEmpty(); i++) { // it may be answering on the executor
      assertTrue(i < 1_000, "it is not closed");
      nanos.addAndGet(almost.toNanos());
      meet(neighbour);
      nanos.addAndGet(IDLE.minus(almost).toNanos());
      meet(neighbour);
    }
  }

  private void meet(Wire other) throws IOException {
    byte[] frame = Script.framed(script.framing, new byte[] {'n'}, "\n");
    assertEquals(
        ByteBuffer.wrap(frame), ByteBuffer.wrap(other.send(frame).receiveBytes(frame.length)));
    others++;
  }

  private void meetNewcomer() throws IOException, InterruptedException {
    try (Wire newcomer = connect()) {
      meet(newcomer);
    }
    events.awaitClose();
  }

  private void read(int count) throws IOException {
    verify(peer.receiveBytes(count));
  }

  private void verify(byte[] bytes) {
    int end = received + bytes.length;
    assertTrue(
        end <= expected.answeredBytes(), () -> end + " bytes of " + expected.answeredBytes());
    assertEquals(expected.between(received, end), ByteBuffer.wrap(bytes));
    received = end;
  }

  private void readToEnd(End end) throws IOException {
    if (end == End.GONE) {
      return;
    }
    try {
      verify(peer.receiveBytesToEnd());
    } catch (IOException e) {
      assertEquals(End.ABRUPT, end, e::toString);
      return;
    }
    assertTrue(end == End.ABRUPT || received == expected.answeredBytes(), "replies are missing");
  }

  @Override
  public void close() throws IOException {
    peer.close();
    neighbour.close();
    server.close();
    assertEquals(events.opened.get(), events.closed.size());
  }
}

package dev.echo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.testing.Certificates;
import dev.echo.testing.Wire;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A peer that has some messages in flight until the server has ended. They are never so many that
 * the system's buffers could be full: what the server has written has reached the peer.
 */
abstract class PipeliningPeer implements AutoCloseable {

  private static final int WINDOW = 32;

  final int name;
  final Random random;
  int sent;

  /** How many replies came, each of which was the right one. */
  int received;

  PipeliningPeer(int name, Random random) {
    this.name = name;
    this.random = random;
  }

  /** The message of a number, whose reply is the same with a mark behind. */
  final String message(int number) {
    return name + " " + number;
  }

  final String nextBatch(String terminator) {
    StringBuilder batch = new StringBuilder();
    for (int i = 1 + random.nextInt(WINDOW - 1); i > 0; i--) {
      batch.append(message(sent++)).append(terminator);
    }
    return batch.toString();
  }

  /** Sends until the server has ended, and returns when all replies are there. */
  abstract void pipeline(EchoServer server) throws Exception;

  /** Some streams are left to the server to end. */
  final void leaveOrWait() throws IOException {
    if (!(this instanceof OfDatagrams) && random.nextBoolean()) {
      close();
    }
  }

  @Override
  public abstract void close() throws IOException;

  /** Over a plain stream. */
  static final class OfStream extends PipeliningPeer {

    private final Wire wire;
    private final BufferedReader replies;

    OfStream(Endpoint server, int name, Random random) throws IOException {
      super(name, random);
      wire = Wire.to(server);
      replies = new BufferedReader(Channels.newReader(wire.channel, UTF_8));
    }

    @Override
    void pipeline(EchoServer server) throws IOException {
      try {
        do {
          wire.send(nextBatch("\n"));
        } while (receiveDownTo(random.nextInt(WINDOW)));
      } catch (IOException e) {
        // The server has closed; its replies are there all the same.
        receiveDownTo(0);
      }
    }

    /** Returns false at the end of the stream. */
    private boolean receiveDownTo(int inFlight) throws IOException {
      while (sent - received > inFlight) {
        String reply = readLine();
        if (reply == null) {
          return false;
        }
        assertEquals(message(received) + "!", reply);
        received++;
      }
      return true;
    }

    /** Who is slow to see the end and sends on is reset in the end, behind the replies. */
    private String readLine() {
      try {
        return replies.readLine();
      } catch (IOException e) {
        return null;
      }
    }

    @Override
    public void close() throws IOException {
      wire.close();
    }
  }

  /**
   * Over TLS, by a client: a socket of the JDK gives up what it has received when it can't send.
   */
  static final class OfTls extends PipeliningPeer {

    private final EchoClient client;

    OfTls(Endpoint server, int name, Random random) throws IOException {
      super(name, random);
      client = EchoClient.builder()
          .sslContext(Certificates.none())
          .timeout(Duration.ofSeconds(20))
          .connect(server);
    }

    @Override
    void pipeline(EchoServer server) throws Exception {
      Deque<CompletableFuture<Echo>> inFlight = new ArrayDeque<>();
      boolean answered = true;
      while (answered) {
        inFlight.add(client.sendAsync(message(sent++)));
        while (answered && inFlight.size() > random.nextInt(WINDOW)) {
          answered = receive(inFlight.remove());
        }
      }
      for (CompletableFuture<Echo> late : inFlight) {
        assertEquals(false, receive(late), "the replies to a prefix come");
      }
    }

    private boolean receive(CompletableFuture<Echo> echo) throws Exception {
      try {
        assertEquals(
            message(received) + "!", echo.get(20, TimeUnit.SECONDS).message().text());
        received++;
        return true;
      } catch (ExecutionException e) {
        return false;
      }
    }

    @Override
    public void close() {
      client.close();
    }
  }

  /** Over UDP, where no order is promised. */
  static final class OfDatagrams extends PipeliningPeer {

    private final SocketAddress server;
    private final DatagramChannel channel = DatagramChannel.open();
    private final ByteBuffer in = ByteBuffer.allocate(100);
    private final BitSet answered = new BitSet();

    OfDatagrams(Endpoint server, int name, Random random) throws IOException {
      super(name, random);
      this.server = server.address();
      channel.bind(Endpoint.udp(0).address()).configureBlocking(false);
    }

    @Override
    void pipeline(EchoServer server) throws IOException {
      while (!server.isTerminated()) {
        if (sent - received < WINDOW) {
          channel.send(UTF_8.encode(message(sent++)), this.server);
        }
        receiveAll();
      }
    }

    /** What was sent last is on its way for a moment. */
    void awaitReplies(int count) throws IOException {
      long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
      for (receiveAll(); received < count && System.nanoTime() < end; receiveAll()) {
        LockSupport.parkNanos(100_000);
      }
      receiveAll();
    }

    private void receiveAll() throws IOException {
      while (channel.receive(in.clear()) != null) {
        String reply = UTF_8.decode(in.flip()).toString();
        int number = Integer.parseInt(reply.substring(reply.indexOf(' ') + 1, reply.length() - 1));
        assertEquals(message(number) + "!", reply);
        assertTrue(number < sent && !answered.get(number), reply);
        answered.set(number);
        received++;
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}

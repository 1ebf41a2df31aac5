package dev.echo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/**
 * Ordinary peers, each of which sends a message as soon as the last one has come back, or over UDP
 * has not for a while.
 */
final class Neighbours implements AutoCloseable {

  private static final int SIZE = 64;
  private static final long FIRST_NUMBER = 1_000_000_000_000_000L;
  private static final long PATIENCE_MILLIS = 10_000;
  private static final long RESEND_MILLIS = 1_000;

  private final Selector selector = Selector.open();
  private final List<Neighbour> all = new ArrayList<>();
  private final boolean areDatagrams;

  /** What a message begins with: the header of a frame, or some of the line. */
  private final byte[] beginning;

  private long nextNumber = FIRST_NUMBER;

  /** The round trips of the current call, in nanoseconds. */
  private long[] roundTrips;

  private int count;

  private final class Neighbour {
    final SelectableChannel channel;
    final ByteChannel bytes;
    final ByteBuffer reply = ByteBuffer.allocate(SIZE);
    byte[] message;
    long sentAt;
    boolean waits;

    Neighbour(SelectableChannel channel, ByteChannel bytes) {
      this.channel = channel;
      this.bytes = bytes;
    }

    void send() throws IOException {
      String text = nextNumber++ + "x".repeat(SIZE - 21) + "\n"; // none like another
      message =
          ByteBuffer.allocate(SIZE).put(beginning).put(text.getBytes(UTF_8)).array();
      sentAt = System.nanoTime();
      waits = true;
      resend();
    }

    void resend() throws IOException {
      bytes.write(ByteBuffer.wrap(message)); // which always fits, as nothing else is on its way
    }

    /** Returns whether the reply has come. */
    boolean receive() throws IOException {
      assertTrue(bytes.read(reply) >= 0, "closed");
      if (reply.hasRemaining()) {
        return false;
      }
      reply.clear();
      boolean right = Arrays.equals(message, reply.array());
      assertTrue(right || areDatagrams, "another reply"); // late ones are, after a second try
      boolean due = right && waits;
      waits &= !right;
      return due;
    }
  }

  /** Connects peers to a server of lines over TCP. */
  Neighbours(Endpoint server, int connections) throws IOException {
    this(server, connections, Framing.LINES, null);
  }

  /**
   * Connects peers.
   *
   * @param tls null for plain connections
   */
  Neighbours(Endpoint server, int connections, Framing framing, SSLContext tls) throws IOException {
    areDatagrams = server instanceof Endpoint.Udp;
    beginning = framing == Framing.LENGTH_PREFIXED
        ? ByteBuffer.allocate(4).putInt(SIZE - 4).array()
        : "xxxx".getBytes(UTF_8);
    try {
      for (int i = 0; i < connections; i++) {
        all.add(connect(server, tls));
      }
    } catch (IOException | RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private Neighbour connect(Endpoint server, SSLContext tls) throws IOException {
    if (areDatagrams) {
      DatagramChannel channel = DatagramChannel.open().connect(server.address());
      return register(new Neighbour(channel, channel));
    }
    SocketChannel channel = SocketChannel.open(server.address());
    if (server instanceof Endpoint.Tcp) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }
    if (tls == null) {
      return register(new Neighbour(channel, channel));
    }
    SSLEngine engine = tls.createSSLEngine();
    engine.setUseClientMode(true);
    SecuredChannel secured = new SecuredChannel(channel, engine);
    Neighbour neighbour = register(new Neighbour(channel, secured));
    while (!secured.handshake()) {
      assertTrue(selector.select(PATIENCE_MILLIS) > 0, "no handshake");
      selector.selectedKeys().clear();
    }
    return neighbour;
  }

  private Neighbour register(Neighbour neighbour) throws IOException {
    neighbour.channel.configureBlocking(false);
    neighbour.channel.register(selector, SelectionKey.OP_READ, neighbour);
    return neighbour;
  }

  /** Has each connection send so many messages, one after another; the 99th percentile. */
  long p99Nanos(int messages) throws IOException {
    return p99(roundTripNanos(messages));
  }

  static long p99(long[] roundTrips) {
    long[] sorted = roundTrips.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length * 99 / 100];
  }

  /** Has each connection send so many messages, one after another. */
  long[] roundTripNanos(int messages) throws IOException {
    roundTrips = new long[messages * all.size()];
    count = 0;
    for (Neighbour neighbour : all) {
      neighbour.send();
    }
    long waited = 0;
    while (count < roundTrips.length) {
      long most = areDatagrams ? RESEND_MILLIS : PATIENCE_MILLIS;
      waited = selector.select(this::receive, most) > 0 ? 0 : waited + most;
      assertTrue(waited < PATIENCE_MILLIS, "not served");
      if (waited > 0) {
        resend();
      }
    }
    return roundTrips;
  }

  private void receive(SelectionKey key) {
    Neighbour neighbour = (Neighbour) key.attachment();
    try {
      if (!neighbour.receive()) {
        return;
      }
      roundTrips[count++] = System.nanoTime() - neighbour.sentAt;
      if (count <= roundTrips.length - all.size()) { // the others have one on its way each
        neighbour.send();
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void resend() throws IOException {
    for (Neighbour neighbour : all) {
      if (neighbour.waits) {
        neighbour.resend();
      }
    }
  }

  @Override
  public void close() throws IOException {
    for (Neighbour neighbour : all) {
      neighbour.channel.close();
    }
    selector.close();
  }
}

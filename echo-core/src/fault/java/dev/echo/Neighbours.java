package dev.echo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Ordinary connections, each of which sends a line as soon as the last one has come back. */
final class Neighbours implements AutoCloseable {

  private static final byte[] LINE = ("x".repeat(63) + "\n").getBytes(UTF_8);
  private static final long PATIENCE_MILLIS = 10_000;

  private final Selector selector = Selector.open();
  private final List<Neighbour> all = new ArrayList<>();

  /** The round trips of the current call, in nanoseconds. */
  private long[] roundTrips;

  private int count;

  private static final class Neighbour {
    final SocketChannel channel;
    final ByteBuffer reply = ByteBuffer.allocate(LINE.length);
    long sentAt;

    Neighbour(SocketChannel channel) {
      this.channel = channel;
    }

    void send() throws IOException {
      sentAt = System.nanoTime();
      channel.write(ByteBuffer.wrap(LINE)); // which always fits, as nothing else is on its way
    }
  }

  Neighbours(Endpoint server, int connections) throws IOException {
    for (int i = 0; i < connections; i++) {
      SocketChannel channel = SocketChannel.open(server.address());
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.configureBlocking(false);
      Neighbour neighbour = new Neighbour(channel);
      channel.register(selector, SelectionKey.OP_READ, neighbour);
      all.add(neighbour);
    }
  }

  /** Has each connection send so many lines, one after another, and returns the 99th percentile. */
  long p99Nanos(int lines) throws IOException {
    roundTrips = new long[lines * all.size()];
    count = 0;
    for (Neighbour neighbour : all) {
      neighbour.send();
    }
    while (count < roundTrips.length) {
      assertTrue(selector.select(this::receive, PATIENCE_MILLIS) > 0, "not served");
    }
    Arrays.sort(roundTrips);
    return roundTrips[roundTrips.length * 99 / 100];
  }

  private void receive(SelectionKey key) {
    Neighbour neighbour = (Neighbour) key.attachment();
    try {
      assertTrue(neighbour.channel.read(neighbour.reply) >= 0, "closed");
      if (neighbour.reply.hasRemaining()) {
        return;
      }
      assertArrayEquals(LINE, neighbour.reply.array());
      neighbour.reply.clear();
      roundTrips[count++] = System.nanoTime() - neighbour.sentAt;
      if (count <= roundTrips.length - all.size()) { // the others have one on its way each
        neighbour.send();
      }
    } catch (IOException e) {
      throw new AssertionError(e);
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

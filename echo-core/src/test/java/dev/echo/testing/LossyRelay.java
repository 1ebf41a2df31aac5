package dev.echo.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.Endpoint;
import dev.echo.internal.Addresses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Stands between UDP clients and a server on the loopback address, and does to datagrams what
 * networks do. Each client has a port of its own towards the server, as behind an address
 * translation.
 */
public final class LossyRelay implements AutoCloseable {

  /** What may become of a datagram. */
  public enum Fault {
    LOSS,
    COPY,
    /** It is held back until a later one has passed it, or {@link #settle()}. */
    DELAY,
    TRUNCATION
  }

  /** Of so many datagrams one meets with each of the faults. */
  private static final int RARITY = 12;

  private record Datagram(SocketAddress client, byte[] bytes) {
    @Override
    public String toString() {
      return client + " " + new String(bytes, UTF_8);
    }
  }

  private interface Exit {
    void send(Datagram datagram) throws IOException;
  }

  /** What passes one way has a fate that does not depend on the pace of what goes the other way. */
  private final class Direction {
    final Random random;
    final Exit exit;
    final List<Datagram> held = new ArrayList<>();

    Direction(long seed, Exit exit) {
      this.random = new Random(seed);
      this.exit = exit;
    }

    void relay(Datagram datagram) throws IOException {
      int draw = random.nextInt(RARITY);
      if (draw >= faults.length) {
        pass(datagram);
        return;
      }
      switch (faults[draw]) {
        case LOSS -> {} // that was it
        case COPY -> {
          pass(datagram);
          pass(datagram);
        }
        case DELAY -> held.add(datagram);
        case TRUNCATION -> {
          int size = random.nextInt(datagram.bytes.length + 1);
          pass(new Datagram(datagram.client, Arrays.copyOf(datagram.bytes, size)));
        }
      }
    }

    private void pass(Datagram datagram) throws IOException {
      exit.send(datagram);
      if (!held.isEmpty() && random.nextBoolean()) {
        exit.send(held.remove(random.nextInt(held.size())));
      }
    }

    void release() throws IOException {
      for (Datagram datagram : held) {
        exit.send(datagram);
      }
      held.clear();
    }
  }

  private final Fault[] faults;
  private final SocketAddress server;
  private final Selector selector = Selector.open();
  private final DatagramChannel front = DatagramChannel.open();
  private final Map<SocketAddress, DatagramChannel> backs = new HashMap<>();
  private final ByteBuffer in = ByteBuffer.allocate(65_536);
  private final Thread thread = new Thread(this::run, "echo-relay");
  private final Direction toServer;
  private final Direction toClients;
  private final List<Datagram> requests = new ArrayList<>();
  private final List<Datagram> replies = new ArrayList<>();
  private volatile boolean closed;

  public LossyRelay(Endpoint server, long seed, Fault... faults) throws IOException {
    this.faults = faults;
    this.server = server.address();
    this.toServer = new Direction(2 * seed, this::sendToServer);
    this.toClients =
        new Direction(2 * seed + 1, d -> front.send(ByteBuffer.wrap(d.bytes), d.client));
    front.bind(new InetSocketAddress("127.0.0.1", 0));
    register(front, null);
    thread.start();
  }

  /** Where clients connect to. */
  public Endpoint endpoint() throws IOException {
    return Addresses.udp((InetSocketAddress) front.getLocalAddress());
  }

  private void register(DatagramChannel channel, SocketAddress client) throws IOException {
    channel.configureBlocking(false);
    channel.register(selector, SelectionKey.OP_READ, client);
  }

  private void run() {
    try {
      while (!closed) {
        selector.select(this::receive);
      }
      while (selector.selectNow(this::receive) > 0) {
        // What the server sent before it ended is still to be seen.
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns whether there was a datagram. */
  private synchronized boolean receive(SelectionKey key) {
    DatagramChannel channel = (DatagramChannel) key.channel();
    try {
      SocketAddress sender = channel.receive(in.clear());
      if (sender == null) {
        return false;
      }
      byte[] bytes = Arrays.copyOf(in.array(), in.position());
      if (channel == front) {
        toServer.relay(new Datagram(sender, bytes));
      } else if (sender.equals(server)) { // else it is for a client that had this port before
        Datagram reply = new Datagram((SocketAddress) key.attachment(), bytes);
        replies.add(reply);
        toClients.relay(reply);
        notifyAll();
      }
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void sendToServer(Datagram request) throws IOException {
    DatagramChannel back = backs.get(request.client);
    if (back == null) {
      back = DatagramChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
      backs.put(request.client, back);
      register(back, request.client);
    }
    requests.add(request);
    back.send(ByteBuffer.wrap(request.bytes), server);
  }

  /** Lets go of all that is held back, and waits until the server has answered whatever reached it. */
  public synchronized void settle() throws IOException, InterruptedException {
    while (receive(front.keyFor(selector))) {
      // The relay's own thread may not have come to it.
    }
    toServer.release();
    toClients.release();
    selector.wakeup(); // to look at ports that are new
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (replies.size() < requests.size()) {
      long left = end - System.nanoTime();
      assertTrue(left > 0, () -> "of " + requests + " were answered " + replies);
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
  }

  /** What has reached the server, with where it came from, in order of the alphabet. */
  public synchronized List<String> requests() {
    return requests.stream().map(Datagram::toString).sorted().toList();
  }

  /** What the server has sent, with the client that it was meant for. */
  public synchronized List<String> replies() {
    return replies.stream().map(Datagram::toString).sorted().toList();
  }

  @Override
  public void close() throws IOException {
    closed = true;
    selector.wakeup();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (DatagramChannel back : backs.values()) {
      back.close();
    }
    front.close();
    selector.close();
  }
}

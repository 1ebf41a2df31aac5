package dev.echo.benchmark;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ByteChannel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.function.UnaryOperator;

/**
 * The load, the same for all servers: one thread, which keeps as many messages in flight as the
 * workload says, from one call of {@link #exchange} to the next.
 */
final class Load implements AutoCloseable {

  private static final long TIMEOUT_MILLIS = 5_000;
  private static final long WARM_UP_NANOS = 2_000_000_000L;

  private final Selector selector = Selector.open();
  private long wanted;
  private long received;
  private IOException failure;

  private Load() throws IOException {}

  static Load tcp(int port, Workload workload, boolean transformed) throws IOException {
    Load load = new Load();
    for (int i = 0; i < workload.clients; i++) {
      SocketChannel channel = SocketChannel.open(new InetSocketAddress(Peer.HOST, port));
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      load.add(channel, channel, channel.socket().getLocalPort(), workload.depth, transformed);
    }
    return load;
  }

  static Load udp(int port, Workload workload) throws IOException {
    Load load = new Load();
    for (int i = 0; i < workload.clients; i++) {
      DatagramChannel channel =
          DatagramChannel.open().connect(new InetSocketAddress(Peer.HOST, port));
      load.add(channel, channel, channel.socket().getLocalPort(), workload.depth, true);
    }
    return load;
  }

  private void add(
      SelectableChannel selectable,
      ByteChannel channel,
      int localPort,
      int depth,
      boolean transformed)
      throws IOException {
    UnaryOperator<String> transformer = transformed
        ? line -> line.stripTrailing().toUpperCase() + Peer.suffix(localPort) + "\n"
        : UnaryOperator.identity();
    Flow flow = new Flow(channel, depth, transformer);
    selectable.configureBlocking(false);
    selectable.register(selector, SelectionKey.OP_READ, flow);
    flow.send(depth);
  }

  /** Goes on for as long as it takes to compile what matters, many messages at a time, and ends. */
  void warmUp() throws IOException {
    try (this) {
      for (long start = System.nanoTime(); System.nanoTime() - start < WARM_UP_NANOS; ) {
        exchange(1000);
      }
    }
  }

  /**
   * Goes on until so many more replies have arrived, less those that earlier calls had too many.
   */
  void exchange(int replies) throws IOException {
    wanted += replies;
    while (received < wanted) {
      if (selector.select(this::exchange, TIMEOUT_MILLIS) == 0) {
        throw new IOException("No reply within " + TIMEOUT_MILLIS + " ms");
      }
      if (failure != null) {
        throw failure;
      }
    }
  }

  private void exchange(SelectionKey key) {
    try {
      received += ((Flow) key.attachment()).exchange();
    } catch (IOException e) {
      failure = e;
    }
  }

  @Override
  public void close() throws IOException {
    for (SelectionKey key : selector.keys()) {
      ((Flow) key.attachment()).close();
    }
    selector.close();
  }
}

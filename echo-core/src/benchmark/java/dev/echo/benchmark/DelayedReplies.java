package dev.echo.benchmark;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.echo.EchoServer;
import dev.echo.Endpoint;
import dev.echo.Fault;
import dev.echo.FaultPlan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Prints what fault plans cost: the CPU time of a message without a plan, with one that never hits,
 * and with one by which each reply waits for 50 ms, and by how much the latest reply is over that
 * time. Each of 10,000 connections sends a line a second. From the folder of the project:
 *
 * <pre>
 * mvn -Pbenchmark -pl echo-core test -Dmain=DelayedReplies
 * mvn -Pbenchmark -pl echo-core test -Dmain=DelayedReplies -Dbenchmarks="7 2000"
 * </pre>
 */
public final class DelayedReplies {

  private static final Duration DELAY = Duration.ofMillis(50);
  private static final byte[] LINE = "hello, world\n".getBytes(US_ASCII);
  private static final int CONNECTIONS_PER_ADDRESS = 10_000;
  private static final int WARM_UP_SECONDS = 4;
  private static final int SECONDS = 8;

  private final SocketChannel[] channels;
  private final long[] sentNanos;
  private final Selector selector = Selector.open();
  private final ByteBuffer in = ByteBuffer.allocate(256);
  private long received;
  private long latestNanos;

  /** What the replies have. */
  public enum Kind implements Server {
    NO_PLAN,
    NO_HIT,
    DELAYED;

    @Override
    public Peer start() throws IOException {
      EchoServer.Builder builder = EchoServer.builder().maxConnections(20_000);
      if (this == NO_HIT) {
        builder.faults(FaultPlan.seeded(1).with(0, Fault.drop()));
      } else if (this == DELAYED) {
        builder.faults(FaultPlan.every(1, Fault.delay(DELAY)));
      }
      return Peer.of(builder.start(Endpoint.tcp(0)));
    }
  }

  private record Found(double cpuMicros, double overMillis) {}

  private DelayedReplies(int port, int connections) throws IOException {
    channels = new SocketChannel[connections];
    sentNanos = new long[connections];
    for (int i = 0; i < connections; i++) {
      SocketChannel channel = SocketChannel.open();
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.bind(new InetSocketAddress("127.0.0." + (2 + i / CONNECTIONS_PER_ADDRESS), 0));
      channel.connect(new InetSocketAddress(Peer.HOST, port));
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ, i);
      channels[i] = channel;
    }
  }

  /**
   * Runs the program.
   *
   * @param args the number of rounds, if not 5, and of connections, if not 10,000
   */
  public static void main(String[] args) throws IOException {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 5;
    int connections = args.length > 1 ? Integer.parseInt(args[1]) : 10_000;
    List<List<Found>> found = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      List<Found> round = new ArrayList<>();
      for (Kind kind : Kind.values()) {
        round.add(measure(kind, connections));
      }
      found.add(round);
    }
    System.out.printf(
        "%nFaults, %,d connections, Java %s, medians of %d rounds%n%n",
        connections, System.getProperty("java.version"), rounds);
    System.out.println("| plan | CPU per message | to no plan | latest reply over its time |");
    System.out.println("|---|---:|---:|---:|");
    for (Kind kind : Kind.values()) {
      int index = kind.ordinal();
      System.out.printf(
          "| %s | %.1f us | %.2f | %.1f ms |%n",
          kind,
          median(found.stream().mapToDouble(round -> round.get(index).cpuMicros).toArray()),
          median(found.stream()
              .mapToDouble(round -> round.get(index).cpuMicros / round.get(0).cpuMicros)
              .toArray()),
          median(
              found.stream().mapToDouble(round -> round.get(index).overMillis).toArray()));
    }
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }

  private static Found measure(Kind kind, int connections) throws IOException {
    try (ServerProcess server = ServerProcess.start(kind, "-Xmx1g")) {
      DelayedReplies load = new DelayedReplies(server.port(), connections);
      try {
        load.run(WARM_UP_SECONDS);
        server.memory(); // as the first collection, of all that was connected, takes some 60 ms
        long before = server.usage()[0];
        long messages = load.run(SECONDS);
        double cpuMicros = (server.usage()[0] - before) / 1e3 / messages;
        long due = kind == Kind.DELAYED ? DELAY.toNanos() : 0;
        return new Found(cpuMicros, (load.latestNanos - due) / 1e6);
      } finally {
        load.close();
      }
    }
  }

  /** Sends a line by each connection in turn, all within each second, and awaits the replies. */
  private long run(int seconds) throws IOException {
    long total = (long) seconds * channels.length;
    long start = System.nanoTime();
    received = 0;
    latestNanos = 0;
    for (long sent = 0; received < total; ) {
      long due = (long) ((System.nanoTime() - start) / 1e9 * channels.length);
      for (; sent < Math.min(due, total); sent++) {
        int index = (int) (sent % channels.length);
        sentNanos[index] = System.nanoTime();
        channels[index].write(ByteBuffer.wrap(LINE));
      }
      selector.select(this::receive, 1);
    }
    return total;
  }

  private void receive(SelectionKey key) {
    try {
      ((SocketChannel) key.channel()).read(in.clear());
      if (in.position() % LINE.length != 0) {
        throw new IllegalStateException("No whole reply: " + in.position() + " bytes");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    received += in.position() / LINE.length;
    latestNanos = Math.max(latestNanos, System.nanoTime() - sentNanos[(int) key.attachment()]);
  }

  private void close() throws IOException {
    for (SocketChannel channel : channels) {
      channel.setOption(StandardSocketOptions.SO_LINGER, 0); // leaves no port in TIME_WAIT
      channel.close();
    }
    selector.close();
  }
}

package dev.echo.internal.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;

/**
 * Waits for the datagrams to several sockets on one thread, or to those of several threads: a
 * selector is woken up whatever comes to which, and no send waits.
 *
 * <p>The sockets that have something are read in turn, a datagram each, so that a flood to one does
 * not keep the others waiting.
 */
final class SelectingReceiver extends DatagramReceiver {

  /** So many datagrams later a look is taken at the sockets that had none. */
  private static final int MAX_BETWEEN_LOOKS = 64;

  private final DatagramSockets.Share share;

  /** Which have something, as far as is known. */
  private final Queue<Socket> ready;

  private final Consumer<SelectionKey> collect = this::collect;
  private int sinceLook;

  /** Where the datagram received last has come to. */
  private Socket socket;

  /** A channel, by which replies go that belong to what has come to it. */
  private final class Socket implements ReplySocket {
    private final DatagramChannel channel;

    Socket(DatagramChannel channel) {
      this.channel = channel;
    }

    @Override
    public void send(ByteBuffer datagram, InetSocketAddress recipient) throws IOException {
      SelectingReceiver.this.send(channel, datagram, recipient);
    }
  }

  SelectingReceiver(AbstractServer server, Thread thread, DatagramSockets.Share share) {
    super(server, thread);
    this.share = share;
    this.ready = new ArrayDeque<>(share.channels.size());
    for (DatagramChannel channel : share.channels) {
      channel.keyFor(share.selector).attach(new Socket(channel));
    }
  }

  @Override
  void shutdown() {
    shutdown = true;
    if (Thread.currentThread() != thread) {
      share.selector.wakeup();
    }
  }

  @Override
  void closeChannels() {
    for (int i = 0; i < share.channels.size(); i++) { // an iterator would take memory
      server.close(share.channels.get(i));
    }
    share.selector.wakeup(); // it does not notice by itself
  }

  @Override
  void close() {
    shutdown = true;
    closeChannels();
    server.close(share.selector);
  }

  @Override
  boolean isWakeUp(InetSocketAddress sender) {
    return false;
  }

  @Override
  ReplySocket socket() {
    return socket;
  }

  @Override
  InetSocketAddress receiveOnce() throws IOException {
    server.clearInterrupt(); // or select would return forever
    if (++sinceLook > MAX_BETWEEN_LOOKS && share.channels.size() > 1) {
      look();
    }
    do {
      for (Socket next = ready.poll(); next != null; next = ready.poll()) {
        SocketAddress sender = next.channel.receive(in.clear());
        if (sender != null) {
          ready.add(next);
          socket = next;
          return (InetSocketAddress) sender;
        }
      }
    } while (awaitSockets());
    return null;
  }

  /** Called when no socket has anything; returns false if after the shutdown none has, either. */
  private boolean awaitSockets() throws IOException {
    if (shutdown) {
      look();
      return !ready.isEmpty();
    }
    if (busyPollNanos > 0) {
      poll();
    }
    if (ready.isEmpty() && !shutdown) { // whose wake-up the polling may have taken
      share.selector.select(collect);
      server.clearInterrupt();
    }
    return true;
  }

  private void poll() throws IOException {
    long start = System.nanoTime();
    do {
      look();
    } while (ready.isEmpty() && !shutdown && System.nanoTime() - start < busyPollNanos);
  }

  private void look() throws IOException {
    sinceLook = 0;
    ready.clear();
    share.selector.selectNow(collect);
  }

  private void collect(SelectionKey key) {
    ready.add((Socket) key.attachment());
  }
}

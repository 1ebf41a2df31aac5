package dev.echo.internal.server;

import dev.echo.internal.Addresses;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;

/**
 * Waits for the datagrams to one socket on one thread, until it is woken up for the end.
 *
 * <p>It blocks in {@code receive}, which costs half the system calls of a selector. A datagram from
 * a socket that serves for nothing else wakes it up; then it hands out what has come, without
 * waiting for more. Where that datagram does not arrive, as through a firewall, the channel is
 * closed after a moment: whoever waits in {@code receive} has nothing left to answer.
 *
 * <p>A blocking channel waits in {@code send}, too, while the system's send buffer is full: for
 * seconds, if it is full of datagrams to hosts that the link does not have. Once that has happened,
 * the receiver goes on with a selector, and what the buffer has no room for is dropped. With an
 * executor or faults, where latency matters less, it uses the selector from the start.
 */
final class BlockingReceiver extends DatagramReceiver implements ReplySocket {

  private static final Duration DEAF = Duration.ofMillis(100);
  private static final long LONG_SEND_NANOS = Duration.ofMillis(100).toNanos();

  private final DatagramChannel channel;
  private final InetSocketAddress address;

  /** Whether the thread waits in {@code receive}, or is about to. */
  private volatile boolean waits;

  /** Whether to wait by a selector, so that no send waits. */
  private volatile boolean selects;

  /** Null until it is needed. */
  private volatile Selector selector;

  /** Sends the datagram that wakes the thread up; null until then. */
  private DatagramChannel wakeupChannel;

  private volatile InetSocketAddress wakeupAddress;

  /**
   * @param thread the one that will call {@link #receive}
   * @param channel which is bound to the address
   */
  BlockingReceiver(
      AbstractServer server, Thread thread, DatagramChannel channel, InetSocketAddress address) {
    super(server, thread);
    this.channel = channel;
    this.address = address;
    this.selects = server.config.usesReplyThread();
  }

  @Override
  void shutdown() {
    boolean isFirst = !shutdown;
    shutdown = true;
    if (Thread.currentThread() == thread) {
      return;
    }
    Selector waiting = selector;
    if (waiting != null) {
      waiting.wakeup();
      return;
    }
    try {
      wakeUp(); // each time, as a datagram may get lost
      if (isFirst) {
        server.newThread(this::closeIfDeaf, "end").start();
      }
    } catch (OutOfMemoryError e) { // for want of threads, too
      closeIfWaiting();
    }
  }

  private void closeIfDeaf() {
    try {
      if (!server.awaitTermination(DEAF)) {
        closeIfWaiting();
      }
    } catch (InterruptedException e) {
      closeIfWaiting();
    }
  }

  private void closeIfWaiting() {
    if (waits) {
      closeChannels();
    }
  }

  /** Not by the server's own channel, whose sends may wait. */
  private synchronized void wakeUp() {
    if (!channel.isOpen()) {
      return; // nor will anybody close the other one
    }
    InetSocketAddress target = Addresses.reachable(address);
    try {
      if (wakeupChannel == null) {
        wakeupChannel = DatagramChannel.open(Addresses.family(target));
      }
      if (wakeupAddress == null) {
        wakeupChannel.configureBlocking(false);
        wakeupChannel.bind(new InetSocketAddress(target.getAddress(), 0));
        wakeupAddress = (InetSocketAddress) wakeupChannel.getLocalAddress();
      }
      wakeupChannel.send(ByteBuffer.allocate(0), target);
    } catch (IOException | OutOfMemoryError e) {
      closeChannels(); // this wakes the thread, too, though at the cost of what it has not read
    }
  }

  @Override
  void closeChannels() {
    server.close(channel);
    Selector waiting = selector;
    if (waiting != null) {
      waiting.wakeup(); // it does not notice by itself
    }
  }

  @Override
  void close() {
    shutdown = true;
    closeChannels();
    if (selector != null) {
      server.close(selector);
    }
    closeWakeupChannel();
  }

  private synchronized void closeWakeupChannel() {
    if (wakeupChannel != null) {
      server.close(wakeupChannel);
    }
  }

  @Override
  boolean isWakeUp(InetSocketAddress sender) {
    return sender.equals(wakeupAddress);
  }

  @Override
  ReplySocket socket() {
    return this;
  }

  @Override
  InetSocketAddress receiveOnce() throws IOException {
    server.clearInterrupt(); // which would close the channel
    SocketAddress sender = busyPollNanos > 0 && !shutdown ? poll() : null;
    return (InetSocketAddress) (sender == null ? await() : sender);
  }

  /** Looks again and again for a while; returns null if nothing has come. */
  private SocketAddress poll() throws IOException {
    channel.configureBlocking(false);
    SocketAddress sender;
    long start = System.nanoTime();
    do {
      sender = channel.receive(in.clear());
    } while (sender == null && System.nanoTime() - start < busyPollNanos);
    return sender;
  }

  /** Waits in one way or the other; after the shutdown it returns null if nothing has come. */
  private SocketAddress await() throws IOException {
    // Before the look at shutdown, as shutdown() sets that before its look at this.
    waits = !selects;
    try {
      boolean block = !shutdown && !selects;
      waits = block;
      if (channel.isBlocking() != block) {
        channel.configureBlocking(block);
      }
      SocketAddress sender = channel.receive(in.clear());
      while (sender == null && !shutdown) {
        awaitDatagram();
        sender = channel.receive(in.clear());
      }
      return sender;
    } finally {
      waits = false;
    }
  }

  private void awaitDatagram() throws IOException {
    if (selector == null) {
      openSelector();
    }
    if (!shutdown) { // or else it has seen the selector, and will wake it up
      selector.select(key -> {});
      server.clearInterrupt(); // which would have select return forever
    }
  }

  private void openSelector() throws IOException {
    Selector opened = null;
    try {
      opened = Selector.open();
      channel.register(opened, SelectionKey.OP_READ);
    } catch (IOException | OutOfMemoryError e) { // until there is room for it, sends may wait
      selects = false;
      if (opened != null) {
        server.close(opened);
      }
      throw e;
    }
    selector = opened;
  }

  @Override
  public void send(ByteBuffer datagram, InetSocketAddress recipient) throws IOException {
    long start = System.nanoTime();
    send(channel, datagram, recipient);
    if (System.nanoTime() - start > LONG_SEND_NANOS) {
      selects = true;
    }
  }
}

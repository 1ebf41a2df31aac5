package dev.echo.probe;

import dev.echo.Endpoint;
import dev.echo.internal.Addresses;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Random;

/**
 * A UDP peer that sends datagrams back, misbehaves by a seed, and knows exactly what it did. The
 * last message of a probe is always answered at once, so that all else has been sent before.
 */
final class Reflector implements AutoCloseable {

  private static final int NUMBER_AT = 8;
  private static final int BUFFER = 1 << 20;

  /** What it does, each with a probability of so many percent. */
  enum Deed {
    DROP,
    DUPLICATE,
    CORRUPT,
    CORRUPT_THEN_INTACT,
    TRUNCATE,
    FOREIGN,
    APPEND,
    HOLD,
    DELAY
  }

  private final Random random;
  private final List<Deed> deeds;
  private final int percent;
  private final int messages;
  private final long delayNanos;
  private final DatagramChannel channel;
  private final Selector selector;
  private final Thread thread = new Thread(this::run, "reflector");
  private final List<Held> held = new ArrayList<>();

  /** What it has done; to be read when it is closed. */
  final ReplyModel model;

  private int received;
  private Throwable failure;

  /** A reply that waits for a time, or for others to be sent before. */
  private static final class Held {
    final byte[] reply;
    final SocketAddress to;
    final long number;
    final long until;
    int replies;

    Held(byte[] reply, SocketAddress to, long number, long until, int replies) {
      this.reply = reply;
      this.to = to;
      this.number = number;
      this.until = until;
      this.replies = replies;
    }
  }

  /**
   * @param percent how many messages meet a deed
   * @param messages how many will come
   * @param delayNanos by how much replies of the first quarter are delayed, well above the timeout
   */
  Reflector(long seed, List<Deed> deeds, int percent, int messages, long delayNanos)
      throws IOException {
    this.random = new Random(seed);
    this.deeds = deeds;
    this.percent = percent;
    this.messages = messages;
    this.delayNanos = delayNanos;
    this.model = new ReplyModel(messages);
    selector = Selector.open();
    channel = DatagramChannel.open();
    channel.setOption(StandardSocketOptions.SO_RCVBUF, BUFFER);
    channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    channel.configureBlocking(false);
    channel.register(selector, SelectionKey.OP_READ);
    thread.start();
  }

  Endpoint endpoint() throws IOException {
    return Addresses.udp((InetSocketAddress) channel.getLocalAddress());
  }

  private void run() {
    ByteBuffer in = ByteBuffer.allocate(65_536);
    try {
      while (channel.isOpen()) {
        selector.select(held.stream().anyMatch(h -> h.replies == 0) ? 1 : 0);
        for (SocketAddress from = channel.receive(in.clear());
            from != null;
            from = channel.receive(in.clear())) {
          byte[] message = new byte[in.position()];
          in.flip().get(message);
          received++;
          reflect(message, from);
          release(System.nanoTime());
        }
        release(System.nanoTime());
      }
    } catch (ClosedChannelException | ClosedSelectorException e) {
      // That is its end.
    } catch (Throwable e) {
      failure = e;
    }
  }

  private void reflect(byte[] message, SocketAddress from) throws IOException {
    long number = Long.parseLong(new String(message, NUMBER_AT, 8), 36);
    boolean mayMisbehave = number < messages && random.nextInt(100) < percent;
    if (!mayMisbehave) {
      send(message, from, number, true);
      return;
    }
    switch (deeds.get(random.nextInt(deeds.size()))) {
      case DROP -> {}
      case DUPLICATE -> {
        for (int i = 1 + random.nextInt(3); i >= 0; i--) {
          send(message, from, number, true);
        }
      }
      case CORRUPT -> {
        for (int i = random.nextInt(2); i >= 0; i--) {
          send(corrupt(message), from, number, false);
        }
      }
      case CORRUPT_THEN_INTACT -> {
        send(corrupt(message), from, number, false);
        send(message, from, number, true);
      }
      case TRUNCATE -> {
        int size = ProbeMessages.HEADER + random.nextInt(message.length - ProbeMessages.HEADER);
        send(Arrays.copyOf(message, size), from, number, false);
      }
      case FOREIGN -> {
        sendForeign(message, from);
        send(message, from, number, true);
      }
      case APPEND -> {
        byte[] longer = Arrays.copyOf(message, message.length + random.nextInt(20));
        send(longer, from, number, true);
      }
      case HOLD -> held.add(new Held(message, from, number, 0, 1 + random.nextInt(9)));
      case DELAY -> {
        if (number > messages / 4) {
          send(message, from, number, true);
        } else {
          held.add(new Held(message, from, number, System.nanoTime() + delayNanos, 0));
        }
      }
    }
  }

  private byte[] corrupt(byte[] message) {
    byte[] corrupt = message.clone();
    int at = ProbeMessages.HEADER + random.nextInt(message.length - ProbeMessages.HEADER);
    corrupt[at] ^= (byte) (1 << random.nextInt(8));
    return corrupt;
  }

  /** Of another run, another flow, with a number never sent, without a header or without any. */
  private void sendForeign(byte[] message, SocketAddress to) throws IOException {
    byte[] foreign = message.clone();
    switch (random.nextInt(4)) {
      case 0 -> foreign[random.nextInt(6)] ^= 1;
      case 1 -> foreign[7]++;
      case 2 -> foreign[NUMBER_AT] = 'Z';
      default -> foreign = Arrays.copyOf(message, 1 + random.nextInt(15));
    }
    channel.send(ByteBuffer.wrap(foreign), to);
    model.foreign++;
  }

  private void send(byte[] reply, SocketAddress to, long number, boolean intact)
      throws IOException {
    channel.send(ByteBuffer.wrap(reply), to);
    model.copies.add(new ReplyModel.Copy(number, intact, true));
    for (Held waiting : held) {
      waiting.replies -= waiting.replies > 0 ? 1 : 0;
    }
  }

  private void release(long now) throws IOException {
    for (Iterator<Held> i = held.iterator(); i.hasNext(); ) {
      Held next = i.next();
      boolean late = next.until != 0;
      if (next.replies == 0 && (!late || now - next.until > 0)) {
        channel.send(ByteBuffer.wrap(next.reply), next.to);
        model.copies.add(new ReplyModel.Copy(next.number, true, !late));
        i.remove();
      }
    }
  }

  /** How many messages have come; to be read when it is closed. */
  int received() {
    return received;
  }

  @Override
  public void close() throws IOException {
    channel.close();
    selector.close();
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    if (failure != null) {
      throw new AssertionError("The reflector failed", failure);
    }
  }
}

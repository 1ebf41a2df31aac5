package dev.echo.probe;

import dev.echo.internal.Addresses;
import dev.echo.internal.Closing;
import dev.echo.internal.IoErrors;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;

/** A flow over a UDP socket that is connected to the server. */
final class DatagramFlow extends ProbeFlow {

  /** Within one look, so that what is due is sent although replies keep coming. */
  private static final int MAX_READS = 256;

  /** How many reports of earlier messages may stand before one. */
  private static final int MAX_REPORTS = 8;

  /**
   * As far as the system allows, so that replies have room while this machine does something else:
   * what does not fit looks as if it had been lost on the path.
   */
  private static final int RECEIVE_BUFFER = 1 << 22;

  private final ProbeMessages messages;
  private final Pacer pacer;
  private final ByteBuffer out;
  private DatagramChannel channel;
  private SelectionKey key;

  /**
   * @param pacer the same for all flows
   */
  DatagramFlow(
      ProbeConfig config,
      Schedule schedule,
      ReplyCheck check,
      int index,
      ProbeMessages messages,
      Pacer pacer) {
    super(config, schedule, check, index);
    this.messages = messages;
    this.pacer = pacer;
    out = ByteBuffer.allocate(config.size);
  }

  @Override
  void connect(Selector selector) throws IOException {
    IOException failure = null;
    try {
      for (SocketAddress address : Addresses.resolve(config.endpoint)) {
        try {
          connect(selector, Addresses.reachable((InetSocketAddress) address));
          return;
        } catch (IOException e) {
          failure = IoErrors.joined(failure, e);
        }
      }
      throw failure;
    } catch (IOException | RuntimeException e) {
      throw IoErrors.named("Connect to", config.endpoint, e);
    }
  }

  private void connect(Selector selector, SocketAddress server) throws IOException {
    DatagramChannel opened = Addresses.connect(server);
    try {
      opened.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER);
      key = opened.register(selector, SelectionKey.OP_READ, this);
      channel = opened;
    } finally {
      if (channel == null) {
        opened.close();
      }
    }
  }

  @Override
  void send(long now) {
    while (isDue(now) && pacer.mayContinue(now)) {
      messages.put(index, counts.next(), out.array(), 0);
      if (!write()) {
        block(now);
        giveUp(now, counts::unsent);
        return;
      }
    }
  }

  @Override
  long nextSend() {
    long due = super.nextSend();
    long allowed = pacer.next();
    return due - allowed > 0 ? due : allowed;
  }

  /** Returns whether the message is done with. */
  private boolean write() {
    for (int i = 0; i < MAX_REPORTS; i++) {
      long before = System.nanoTime();
      try {
        if (channel.write(out.clear()) == 0) {
          return false;
        }
        pacer.sent(before);
        sent(before);
        return true;
      } catch (PortUnreachableException e) {
        counts.refusedOldest(); // and this one has not been sent
      } catch (IOException e) {
        debug(e);
        break;
      }
    }
    unblock();
    counts.refused(); // by the system: a firewall of its own, or no route
    return true;
  }

  @Override
  boolean receive(ByteBuffer in) {
    for (int i = 0; i < MAX_READS; i++) {
      try {
        if (channel.receive(in.clear()) == null) { // as an empty datagram is read as 0 bytes, too
          return true;
        }
        take(in.array(), 0, in.position(), System.nanoTime());
      } catch (PortUnreachableException e) {
        counts.refusedOldest();
      } catch (IOException e) {
        debug(e);
        counts.refusedOldest(); // ICMP has told of it
      }
    }
    return false;
  }

  @Override
  SelectionKey key() {
    return key;
  }

  @Override
  public void close() {
    Closing.close(channel);
  }
}

package dev.echo.internal.client;

import dev.echo.Endpoint;
import dev.echo.Message;
import dev.echo.internal.Addresses;
import dev.echo.internal.Closing;
import dev.echo.internal.Settings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;

/** One local port of a UDP client, which talks to one address of the server. */
final class DatagramPort {

  final Endpoint local;
  private final SocketAddress server;
  private final DatagramChannel channel;
  private final Selector selector;

  DatagramPort(SocketAddress server) throws IOException {
    this.server = server;
    channel = Addresses.connect(server);
    Selector opened = null;
    try {
      opened = Selector.open();
      channel.register(opened, SelectionKey.OP_READ);
      local = Addresses.udp((InetSocketAddress) channel.getLocalAddress());
    } catch (Throwable e) {
      Closing.closeAll(opened, channel);
      throw e;
    }
    selector = opened;
  }

  /** Takes datagrams from anyone, and sends empty ones, which the JDK can't when connected. */
  void disconnect() throws IOException {
    channel.disconnect();
  }

  void reconnect() throws IOException {
    channel.connect(server);
  }

  /** What came since the last reply answers nothing, such as a copy that the network made. */
  void discardStrays(ByteBuffer in, long deadline) throws IOException {
    boolean more = true;
    while (more && System.nanoTime() - deadline < 0) {
      try {
        more = channel.receive(in.clear()) != null;
      } catch (PortUnreachableException e) {
        // It tells of an earlier message, whose sender knows by now.
      }
    }
  }

  void send(Message message) throws IOException {
    if (channel.send(message.asReadOnlyByteBuffer(), server) < message.size()) {
      throw new IOException("the socket's send buffer is full");
    }
  }

  /**
   * Waits for a datagram from the server, and returns false when the time is up.
   *
   * @param pollUntil until when to look again and again instead of sleeping
   */
  boolean receive(ByteBuffer in, long deadline, long pollUntil)
      throws IOException, InterruptedException {
    long now = System.nanoTime(); // before the socket is looked at, or time may be up in between
    for (; !receiveFromServer(in); now = System.nanoTime()) {
      long left = deadline - now;
      if (left <= 0) {
        return false;
      }
      if (now - pollUntil >= 0) {
        selector.select(key -> {}, Settings.millis(left));
      }
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
    return true;
  }

  private boolean receiveFromServer(ByteBuffer in) throws IOException {
    SocketAddress sender = channel.receive(in.clear());
    return sender != null && (channel.isConnected() || sender.equals(server));
  }

  void close() {
    Closing.closeAll(selector, channel);
  }
}

package dev.echo.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SocketChannel;

/** A port that refuses connections or datagrams, and that no other process can take meanwhile. */
record RefusingPort(String scheme, NetworkChannel channel) implements AutoCloseable {

  static RefusingPort open(String scheme) throws IOException {
    InetSocketAddress loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    if (scheme.equals("tcp")) {
      return new RefusingPort(scheme, SocketChannel.open().bind(loopback)); // and does not listen
    }
    DatagramChannel channel = DatagramChannel.open().bind(loopback);
    channel.connect(channel.getLocalAddress()); // takes datagrams from itself alone
    return new RefusingPort(scheme, channel);
  }

  String endpoint() throws IOException {
    int port = ((InetSocketAddress) channel.getLocalAddress()).getPort();
    return scheme + "://127.0.0.1:" + port;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}

package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.echo.testing.Wire;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** Many plain TCP connections to one server. */
final class Peers implements AutoCloseable {

  private static final int PER_ADDRESS = 5_000;

  final List<Wire> all = new ArrayList<>();
  private final Endpoint server;

  Peers(Endpoint server) {
    this.server = server;
  }

  /** One connection, from an address of its own for every few thousand: ports are short. */
  Wire connect() throws IOException {
    SocketChannel channel = SocketChannel.open();
    Wire peer = Wire.of(channel);
    all.add(peer);
    channel.bind(new InetSocketAddress("127.0.0." + (2 + all.size() / PER_ADDRESS), 0));
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.connect(server.address());
    return peer;
  }

  /** Connects until there are so many, each of which has echoed once. */
  void connectTo(int count) throws IOException {
    while (all.size() < count) {
      assertEquals("hello\n", connect().send("hello\n").receive(6));
    }
  }

  /** Has every connection echo, all at the same time. */
  void echoAtOnce() throws IOException {
    for (int i = 0; i < all.size(); i++) {
      all.get(i).send(line(i));
    }
    for (int i = 0; i < all.size(); i++) {
      assertEquals(line(i), all.get(i).receive(line(i).length()));
    }
  }

  private static String line(int number) {
    return "again " + number + "\n";
  }

  /** Resets the connections, so that no port is left waiting. */
  @Override
  public void close() throws IOException {
    for (Wire peer : all) {
      if (peer.channel.isOpen()) {
        peer.reset();
      }
    }
  }
}

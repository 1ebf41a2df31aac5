package dev.echo;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** The plain socket of a peer, for what {@link EchoClient} would never do. */
final class Wire implements AutoCloseable {

  final SocketChannel channel;

  private Wire(SocketChannel channel) {
    this.channel = channel;
  }

  static Wire to(Endpoint endpoint) throws IOException {
    return new Wire(SocketChannel.open(endpoint.address()));
  }

  static Wire of(SocketChannel accepted) {
    return new Wire(accepted);
  }

  Wire send(String text) throws IOException {
    return send(text.getBytes(UTF_8));
  }

  Wire send(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    return this;
  }

  Wire halfClose() throws IOException {
    channel.shutdownOutput();
    return this;
  }

  /** Closes so that the other side sees a reset instead of an end. */
  void reset() throws IOException {
    channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    channel.close();
  }

  /** Reads as many bytes as the text has, or up to the end. */
  String receive(int count) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(count);
    while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
      // More is to come.
    }
    return new String(buffer.array(), 0, buffer.position(), UTF_8);
  }

  String receiveLine() throws IOException {
    StringBuilder line = new StringBuilder();
    for (String next = receive(1); !next.isEmpty(); next = receive(1)) {
      line.append(next);
      if (next.equals("\n")) {
        break;
      }
    }
    return line.toString();
  }

  String receiveToEnd() throws IOException {
    return new String(receiveBytesToEnd(), UTF_8);
  }

  byte[] receiveBytesToEnd() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ByteBuffer buffer = ByteBuffer.allocate(65_536);
    while (channel.read(buffer.clear()) >= 0) {
      all.write(buffer.array(), 0, buffer.position());
    }
    return all.toByteArray();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}

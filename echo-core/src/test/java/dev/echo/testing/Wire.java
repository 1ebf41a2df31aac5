package dev.echo.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.echo.EchoClient;
import dev.echo.Endpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import javax.net.ssl.SSLSocket;

/** The plain socket of a peer, for what {@link EchoClient} would never do. */
public final class Wire implements AutoCloseable {

  public final SocketChannel channel;

  /** Null if the connection is plain. */
  private final SSLSocket secured;

  private final ReadableByteChannel in;
  private final WritableByteChannel out;

  private Wire(SocketChannel channel) {
    this.channel = channel;
    this.secured = null;
    this.in = channel;
    this.out = channel;
  }

  private Wire(SocketChannel channel, SSLSocket secured) throws IOException {
    this.channel = channel;
    this.secured = secured;
    this.in = Channels.newChannel(secured.getInputStream());
    this.out = Channels.newChannel(secured.getOutputStream());
  }

  public static Wire to(Endpoint endpoint) throws IOException {
    return new Wire(open(endpoint));
  }

  /** A peer that speaks TLS by the JDK's socket instead of our code. */
  public static Wire securedTo(Endpoint endpoint) throws IOException {
    return to(endpoint).secured();
  }

  /** The same connection, by TLS from here on. */
  public Wire secured() throws IOException {
    SSLSocket socket = (SSLSocket)
        Certificates.none().getSocketFactory().createSocket(channel.socket(), "localhost", 1, true);
    socket.startHandshake();
    return new Wire(channel, socket);
  }

  private static SocketChannel open(Endpoint endpoint) throws IOException {
    SocketChannel channel = SocketChannel.open(endpoint.address());
    if (endpoint instanceof Endpoint.Tcp) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true); // what is sent is on its way
    }
    return channel;
  }

  public static Wire of(SocketChannel accepted) {
    return new Wire(accepted);
  }

  public Wire send(String text) throws IOException {
    return send(text.getBytes(UTF_8));
  }

  public Wire send(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      out.write(buffer);
    }
    return this;
  }

  /** Says nothing more below TLS, after bytes that are none of its records. */
  public void sendUnsecured(byte[] bytes) throws IOException {
    channel.write(ByteBuffer.wrap(bytes));
    channel.shutdownOutput();
  }

  public Wire halfClose() throws IOException {
    if (secured == null) {
      channel.shutdownOutput();
    } else {
      secured.shutdownOutput();
    }
    return this;
  }

  /** Closes so that the peer sees a reset instead of an end. */
  public void reset() throws IOException {
    channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    channel.close();
  }

  /** Reads as many bytes as the text has, or up to the end. */
  public String receive(int count) throws IOException {
    return new String(receiveBytes(count), UTF_8);
  }

  public byte[] receiveBytes(int count) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(count);
    while (buffer.hasRemaining() && in.read(buffer) >= 0) {
      // More is to come.
    }
    return Arrays.copyOf(buffer.array(), buffer.position());
  }

  public String receiveLine() throws IOException {
    StringBuilder line = new StringBuilder();
    for (String next = receive(1); !next.isEmpty(); next = receive(1)) {
      line.append(next);
      if (next.equals("\n")) {
        break;
      }
    }
    return line.toString();
  }

  public String receiveToEnd() throws IOException {
    return new String(receiveBytesToEnd(), UTF_8);
  }

  public byte[] receiveBytesToEnd() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    ByteBuffer buffer = ByteBuffer.allocate(65_536);
    while (in.read(buffer.clear()) >= 0) {
      all.write(buffer.array(), 0, buffer.position());
    }
    return all.toByteArray();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}

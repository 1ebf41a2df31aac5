package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.echo.testing.Closing;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLContext;

/** A peer over TCP, under TLS if it has a context for it, or over a Unix socket. */
final class StreamFaultPeer extends FaultPeer {

  /** One of the two is null. */
  private Socket socket;

  private SocketChannel channel;
  private InputStream in;
  private OutputStream out;

  StreamFaultPeer(Endpoint endpoint, SSLContext tls) {
    attempt(() -> {
      if (endpoint instanceof Endpoint.Tcp) {
        socket = tls == null ? new Socket() : tls.getSocketFactory().createSocket();
        socket.setSoTimeout((int) PATIENCE.toMillis());
        socket.setTcpNoDelay(true);
        socket.connect(endpoint.address());
        in = socket.getInputStream();
        out = socket.getOutputStream();
      } else {
        channel = SocketChannel.open(endpoint.address());
        in = Channels.newInputStream(channel);
        out = Channels.newOutputStream(channel);
      }
    });
  }

  @Override
  void write(byte[] bytes) throws IOException {
    out.write(bytes);
  }

  @Override
  byte[] read(int count) throws IOException {
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) {
      throw new EOFException();
    }
    return bytes;
  }

  @Override
  void endOutput() {
    attempt(() -> {
      if (channel != null) {
        channel.shutdownOutput();
      } else {
        socket.shutdownOutput();
      }
    });
  }

  @Override
  void expectEnd() {
    attempt(() -> assertEquals(-1, in.read()));
  }

  @Override
  void reset() {
    attempt(() -> {
      if (socket != null) {
        socket.setSoLinger(true, 0);
      }
    });
    close();
  }

  @Override
  public void close() {
    Closing.quietly(socket, channel);
  }
}

package dev.echo.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;

/** A blocking socket and two arrays: the least that the JDK can do. */
final class SocketClient implements LineClient {

  private final Socket socket;
  private final byte[] in = new byte[1024];

  SocketClient(int port, int timeoutMillis) throws IOException {
    socket = new Socket(Peer.HOST, port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(timeoutMillis);
  }

  @Override
  public String echo(String line) throws IOException {
    socket.getOutputStream().write((line + "\n").getBytes(UTF_8));
    int size = 0;
    while (size == 0 || in[size - 1] != '\n') {
      int count = socket.getInputStream().read(in, size, in.length - size);
      if (count <= 0) {
        throw new EOFException("The server closed the connection");
      }
      size += count;
    }
    return new String(in, 0, size - 1, UTF_8);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}

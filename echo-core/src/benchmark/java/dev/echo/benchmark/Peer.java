package dev.echo.benchmark;

import dev.echo.EchoServer;
import dev.echo.Endpoint;
import java.io.Closeable;
import java.io.IOException;

/** A server under test, which listens on a port of 127.0.0.1. */
record Peer(int port, Closeable server) implements Closeable {

  static final String HOST = "127.0.0.1";
  static final int BACKLOG = 4096;
  static final int MAX_LINE = 65_536;

  /** What all bring to UDP, so that none loses datagrams that another would have kept. */
  static final int RECEIVE_BUFFER = 1 << 20;

  static Peer of(EchoServer server) {
    int port = server.endpoint() instanceof Endpoint.Tcp tcp
        ? tcp.port()
        : ((Endpoint.Udp) server.endpoint()).port();
    return new Peer(port, server::close);
  }

  /** What the servers that work on strings append to a line. */
  static String suffix(int senderPort) {
    return " (from port " + senderPort + ")";
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}

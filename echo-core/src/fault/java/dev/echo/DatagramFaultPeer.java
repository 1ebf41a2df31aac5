package dev.echo;

import java.io.EOFException;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.SocketTimeoutException;
import java.util.Arrays;

/** A peer over UDP, to which a datagram is lost when something new has failed and none has come. */
final class DatagramFaultPeer extends FaultPeer {

  private static final int POLL_MILLIS = 50;

  private final DatagramSocket socket;
  private final EchoServer server;
  private long errorsBefore;

  DatagramFaultPeer(EchoServer server) throws IOException {
    this.server = server;
    this.socket = new DatagramSocket();
    socket.setSoTimeout(POLL_MILLIS);
  }

  @Override
  void write(byte[] bytes) throws IOException {
    errorsBefore = server.stats().errors();
    socket.send(new DatagramPacket(bytes, bytes.length, server.endpoint().address()));
  }

  @Override
  byte[] read(int count) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[100], 100);
    long start = System.nanoTime();
    while (true) {
      try {
        socket.receive(packet);
        return Arrays.copyOf(packet.getData(), packet.getLength());
      } catch (SocketTimeoutException e) {
        if (server.isTerminated() || server.stats().errors() > errorsBefore) {
          throw new EOFException();
        } else if (System.nanoTime() - start > PATIENCE.toNanos()) {
          throw e;
        }
      }
    }
  }

  @Override
  void endOutput() {
    // There is nothing to end.
  }

  @Override
  void expectEnd() {
    // Nothing tells.
  }

  @Override
  void reset() {
    close();
  }

  @Override
  public void close() {
    socket.close();
  }
}

package dev.echo.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Servers on blocking sockets, as a careful programmer writes them with the JDK alone. */
final class BlockingServers {

  private static final int READ_SIZE = 8_192;

  /** What is done with a connection until its end. */
  interface Conversation {
    void with(Socket socket) throws IOException;
  }

  private BlockingServers() {}

  static Peer tcp(Conversation conversation) throws IOException {
    ServerSocket server = new ServerSocket(0, Peer.BACKLOG, InetAddress.getByName(Peer.HOST));
    ExecutorService threads = threadPerTask();
    threads.execute(() -> accept(server, threads, conversation));
    return new Peer(server.getLocalPort(), () -> {
      server.close();
      threads.shutdown();
      awaitEnd(threads);
    });
  }

  /** Virtual threads from JDK 21 on, which the release this is compiled for does not know. */
  private static ExecutorService threadPerTask() {
    try {
      return (ExecutorService)
          Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    } catch (ReflectiveOperationException e) {
      return Executors.newCachedThreadPool();
    }
  }

  private static void awaitEnd(ExecutorService threads) {
    try {
      threads.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void accept(
      ServerSocket server, ExecutorService threads, Conversation conversation) {
    try {
      while (true) {
        Socket socket = server.accept();
        threads.execute(() -> converse(socket, conversation));
      }
    } catch (IOException e) {
      // The server was closed.
    }
  }

  private static void converse(Socket socket, Conversation conversation) {
    try (socket) {
      socket.setTcpNoDelay(true);
      conversation.with(socket);
    } catch (IOException e) {
      // The client is gone.
    }
  }

  /** Answers the lines of each read with one write. */
  static void lines(Socket socket) throws IOException {
    byte[] ending = (Peer.suffix(socket.getPort()) + "\n").getBytes(UTF_8);
    byte[] in = new byte[READ_SIZE];
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int kept = 0;
    for (int count; (count = socket.getInputStream().read(in, kept, in.length - kept)) > 0; ) {
      int start = 0;
      for (int i = kept; i < kept + count; i++) {
        if (in[i] == '\n') {
          out.writeBytes(new String(in, start, i - start, UTF_8).toUpperCase().getBytes(UTF_8));
          out.writeBytes(ending);
          start = i + 1;
        }
      }
      out.writeTo(socket.getOutputStream());
      out.reset();
      kept += count - start;
      System.arraycopy(in, start, in, 0, kept);
    }
  }

  static void raw(Socket socket) throws IOException {
    byte[] bytes = new byte[READ_SIZE];
    for (int count; (count = socket.getInputStream().read(bytes)) > 0; ) {
      socket.getOutputStream().write(bytes, 0, count);
    }
  }

  static Peer udp() throws IOException {
    DatagramSocket socket = new DatagramSocket(new InetSocketAddress(Peer.HOST, 0));
    socket.setReceiveBufferSize(Peer.RECEIVE_BUFFER);
    new Thread(() -> answer(socket)).start();
    return new Peer(socket.getLocalPort(), socket);
  }

  private static void answer(DatagramSocket socket) {
    byte[] bytes = new byte[65_536];
    DatagramPacket packet = new DatagramPacket(bytes, bytes.length);
    try {
      while (true) {
        packet.setData(bytes);
        socket.receive(packet);
        String line = new String(bytes, 0, packet.getLength(), UTF_8);
        String reply = line.stripTrailing().toUpperCase() + Peer.suffix(packet.getPort()) + "\n";
        packet.setData(reply.getBytes(UTF_8));
        socket.send(packet);
      }
    } catch (SocketException e) {
      // The socket was closed.
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}

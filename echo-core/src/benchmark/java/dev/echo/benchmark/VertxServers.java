package dev.echo.benchmark;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.datagram.DatagramPacket;
import io.vertx.core.datagram.DatagramSocket;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.parsetools.RecordParser;
import java.util.function.Consumer;

/** Vert.x's servers, as its manual writes them. */
final class VertxServers {

  private VertxServers() {}

  /** One event loop, as EchoServer has by default, over epoll. */
  static Vertx newVertx() {
    return Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setPreferNativeTransport(true));
  }

  static Peer start(Consumer<NetSocket> handler) {
    Vertx vertx = newVertx();
    return withVertx(start(vertx, handler), vertx);
  }

  /** Starts a server on a Vertx that outlives it. */
  static Peer start(Vertx vertx, Consumer<NetSocket> handler) {
    NetServer server = vertx
        .createNetServer(new NetServerOptions().setAcceptBacklog(Peer.BACKLOG))
        .connectHandler(handler::accept)
        .listen(0, Peer.HOST)
        .await();
    return new Peer(server.actualPort(), () -> server.close().await());
  }

  static Peer startUdp() {
    Vertx vertx = newVertx();
    DatagramSocket socket = vertx.createDatagramSocket(
        new DatagramSocketOptions().setReceiveBufferSize(Peer.RECEIVE_BUFFER));
    socket.handler(packet -> answer(socket, packet)).listen(0, Peer.HOST).await();
    return withVertx(new Peer(socket.localAddress().port(), () -> socket.close().await()), vertx);
  }

  private static Peer withVertx(Peer peer, Vertx vertx) {
    return new Peer(peer.port(), () -> {
      peer.close();
      vertx.close().await();
    });
  }

  static void lines(NetSocket socket) {
    String ending = Peer.suffix(socket.remoteAddress().port()) + "\n";
    socket.handler(RecordParser.newDelimited(
        "\n", line -> socket.write(line.toString().toUpperCase() + ending)));
  }

  static void raw(NetSocket socket) {
    socket.handler(socket::write);
  }

  private static void answer(DatagramSocket socket, DatagramPacket packet) {
    int port = packet.sender().port();
    String line = packet.data().toString();
    String reply = line.stripTrailing().toUpperCase() + Peer.suffix(port) + "\n";
    socket.send(Buffer.buffer(reply), port, packet.sender().host());
  }
}

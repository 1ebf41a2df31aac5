package dev.echo.benchmark;

import static dev.echo.MessageTransformer.appendSenderPort;
import static dev.echo.MessageTransformer.upperCase;

import dev.echo.EchoServer;
import dev.echo.Endpoint;

/** The servers that answer datagrams of one line in upper case, with the client's port appended. */
public enum UdpServer implements Server {
  ECHO_SERVER {
    @Override
    public Peer start() throws Exception {
      return Peer.of(EchoServer.builder()
          .transformer(upperCase().andThen(appendSenderPort()))
          .start(Endpoint.udp(0)));
    }
  },

  NETTY_NIO {
    @Override
    public Peer start() throws Exception {
      return NettyServers.startUdp(NettyTransport.NIO);
    }
  },

  NETTY_EPOLL {
    @Override
    public Peer start() throws Exception {
      return NettyServers.startUdp(NettyTransport.EPOLL);
    }
  },

  VERTX {
    @Override
    public Peer start() {
      return VertxServers.startUdp();
    }
  },

  /** A loop around receive and send. */
  BLOCKING {
    @Override
    public Peer start() throws Exception {
      return BlockingServers.udp();
    }
  }
}

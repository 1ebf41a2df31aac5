package dev.echo.benchmark;

import dev.echo.EchoServer;
import dev.echo.Endpoint;
import dev.echo.Framing;

/** The servers that send back the bytes they receive. */
public enum RawServer implements Server {
  ECHO_SERVER {
    @Override
    public Peer start() throws Exception {
      return Peer.of(EchoServer.builder().framing(Framing.RAW).start(Endpoint.tcp(0)));
    }
  },

  NETTY_NIO {
    @Override
    public Peer start() throws Exception {
      return NettyServers.start(NettyTransport.NIO, NettyServers::raw);
    }
  },

  NETTY_EPOLL {
    @Override
    public Peer start() throws Exception {
      return NettyServers.start(NettyTransport.EPOLL, NettyServers::raw);
    }
  },

  VERTX {
    @Override
    public Peer start() {
      return VertxServers.start(VertxServers::raw);
    }
  },

  /** A thread per connection, virtual if the JDK has such. */
  BLOCKING {
    @Override
    public Peer start() throws Exception {
      return BlockingServers.tcp(BlockingServers::raw);
    }
  }
}

package dev.echo.benchmark;

import static dev.echo.MessageTransformer.appendSenderPort;
import static dev.echo.MessageTransformer.text;
import static dev.echo.MessageTransformer.upperCase;

import dev.echo.EchoServer;
import dev.echo.Endpoint;
import dev.echo.MessageTransformer;

/** The servers that answer lines in upper case, with the client's port appended. */
public enum TcpServer implements Server {
  /** With the transformers that the library brings, which work on bytes. */
  ECHO_SERVER {
    @Override
    public Peer start() throws Exception {
      return echoServer(upperCase().andThen(appendSenderPort()));
    }
  },

  /** With a transformer of the user's, on strings as in the other servers. */
  ECHO_SERVER_TEXT {
    @Override
    public Peer start() throws Exception {
      return echoServer(text(String::toUpperCase).andThen(appendSenderPort()));
    }
  },

  NETTY_NIO {
    @Override
    public Peer start() throws Exception {
      return NettyServers.start(NettyTransport.NIO, NettyServers::lines);
    }
  },

  NETTY_EPOLL {
    @Override
    public Peer start() throws Exception {
      return NettyServers.start(NettyTransport.EPOLL, NettyServers::lines);
    }
  },

  VERTX {
    @Override
    public Peer start() {
      return VertxServers.start(VertxServers::lines);
    }
  },

  /** A thread per connection, virtual if the JDK has such. */
  BLOCKING {
    @Override
    public Peer start() throws Exception {
      return BlockingServers.tcp(BlockingServers::lines);
    }
  };

  private static Peer echoServer(MessageTransformer transformer) throws Exception {
    return Peer.of(EchoServer.builder()
        .transformer(transformer)
        .maxConnections(20_000)
        .start(Endpoint.tcp(0)));
  }
}

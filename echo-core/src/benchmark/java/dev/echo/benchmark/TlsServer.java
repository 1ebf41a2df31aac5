package dev.echo.benchmark;

import static dev.echo.MessageTransformer.appendSenderPort;
import static dev.echo.MessageTransformer.upperCase;

import dev.echo.EchoServer;
import dev.echo.Endpoint;
import dev.echo.testing.Certificates;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;

/** The servers of lines under TLS, all with the JDK's. */
public enum TlsServer implements Server {
  ECHO_SERVER {
    @Override
    public Peer start() throws Exception {
      return Peer.of(EchoServer.builder()
          .transformer(upperCase().andThen(appendSenderPort()))
          .sslContext(Certificates.of("server"))
          .maxConnections(20_000)
          .start(Endpoint.tcp(0)));
    }
  },

  NETTY_NIO {
    @Override
    public Peer start() throws Exception {
      return netty(NettyTransport.NIO);
    }
  },

  NETTY_EPOLL {
    @Override
    public Peer start() throws Exception {
      return netty(NettyTransport.EPOLL);
    }
  };

  private static Peer netty(NettyTransport transport) throws Exception {
    SslContext context = SslContextBuilder.forServer(Certificates.keyManagers("server"))
        .sslProvider(SslProvider.JDK)
        .build();
    return NettyServers.start(transport, pipeline -> {
      pipeline.addLast(context.newHandler(pipeline.channel().alloc()));
      NettyServers.lines(pipeline);
    });
  }
}

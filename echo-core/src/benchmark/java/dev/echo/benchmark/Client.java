package dev.echo.benchmark;

import dev.echo.EchoClient;
import dev.echo.Endpoint;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** The clients that are compared. */
public enum Client {
  ECHO_CLIENT {
    @Override
    LineClient connect(int port) throws IOException {
      return echoClient(EchoClient.connect(Endpoint.tcp(port)));
    }
  },

  /** Looks for the reply before it sleeps. */
  ECHO_CLIENT_POLLING {
    @Override
    LineClient connect(int port) throws IOException {
      Duration limit = Duration.ofNanos(100_000);
      return echoClient(EchoClient.builder().busyPoll(limit).connect(Endpoint.tcp(port)));
    }
  },

  /** A blocking socket that would wait for ever. */
  SOCKET {
    @Override
    LineClient connect(int port) throws IOException {
      return new SocketClient(port, 0);
    }
  },

  /** A blocking socket with the timeout that EchoClient has by default. */
  SOCKET_WITH_TIMEOUT {
    @Override
    LineClient connect(int port) throws IOException {
      return new SocketClient(port, 1_000 * LineClient.TIMEOUT_SECONDS);
    }
  },

  NETTY_NIO {
    @Override
    LineClient connect(int port) throws InterruptedException {
      return new NettyClient(NettyTransport.NIO, port, false);
    }
  },

  NETTY_EPOLL {
    @Override
    LineClient connect(int port) throws InterruptedException {
      return new NettyClient(NettyTransport.EPOLL, port, false);
    }
  },

  /** With the handler that Netty has for those who flush often. */
  NETTY_EPOLL_CONSOLIDATED {
    @Override
    LineClient connect(int port) throws InterruptedException {
      return new NettyClient(NettyTransport.EPOLL, port, true);
    }
  },

  VERTX {
    @Override
    LineClient connect(int port) {
      return new VertxClient(port);
    }
  };

  abstract LineClient connect(int port) throws Exception;

  private static LineClient echoClient(EchoClient client) {
    return new LineClient.Pipelined() {
      @Override
      public String echo(String line) throws Exception {
        return client.send(line).message().text();
      }

      @Override
      public CompletableFuture<String> send(String line) {
        return client.sendAsync(line).thenApply(echo -> echo.message().text());
      }

      @Override
      public void close() {
        client.close();
      }
    };
  }
}

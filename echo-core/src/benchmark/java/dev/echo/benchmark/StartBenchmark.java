package dev.echo.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.echo.EchoClient;
import dev.echo.Endpoint;
import io.netty.channel.EventLoopGroup;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Timeout;
import org.openjdk.jmh.annotations.Warmup;

/** What a test does: start a server, check one echo, close all. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 2, time = 1)
@Timeout(time = 30)
public class StartBenchmark {

  private static final String LINE = Lines.get(0);

  /** An event loop that outlives the servers. */
  @State(Scope.Benchmark)
  public static class SharedNetty {
    final EventLoopGroup group = NettyTransport.EPOLL.newGroup();

    @TearDown
    public void close() {
      NettyTransport.end(group);
    }
  }

  /** A Vertx that outlives the servers. */
  @State(Scope.Benchmark)
  public static class SharedVertx {
    final Vertx vertx = VertxServers.newVertx();

    @TearDown
    public void close() {
      vertx.close().await();
    }
  }

  /** It logs each start. */
  @State(Scope.Benchmark)
  public static class Quiet {
    final Logger logger = Logger.getLogger(MockWebServer.class.getName());

    public Quiet() {
      logger.setLevel(Level.OFF);
    }
  }

  @Benchmark
  public void echoServerAndClient() throws Exception {
    try (Peer server = TcpServer.ECHO_SERVER.start();
        EchoClient client = EchoClient.connect(Endpoint.tcp(server.port()))) {
      int port = ((Endpoint.Tcp) client.localEndpoint()).port();
      Lines.check(
          LINE.toUpperCase() + Peer.suffix(port), client.send(LINE).message().text());
    }
  }

  @Benchmark
  public void echoServer() throws Exception {
    checkAndClose(TcpServer.ECHO_SERVER.start());
  }

  @Benchmark
  public void nettyNio() throws Exception {
    checkAndClose(TcpServer.NETTY_NIO.start());
  }

  @Benchmark
  public void nettyEpoll() throws Exception {
    checkAndClose(TcpServer.NETTY_EPOLL.start());
  }

  @Benchmark
  public void nettyEpollShared(SharedNetty shared) throws Exception {
    checkAndClose(NettyServers.start(NettyTransport.EPOLL, shared.group, NettyServers::lines));
  }

  @Benchmark
  public void vertx() throws Exception {
    checkAndClose(TcpServer.VERTX.start());
  }

  @Benchmark
  public void vertxShared(SharedVertx shared) throws Exception {
    checkAndClose(VertxServers.start(shared.vertx, VertxServers::lines));
  }

  @Benchmark
  public void blocking() throws Exception {
    checkAndClose(TcpServer.BLOCKING.start());
  }

  @Benchmark
  public void mockWebServer(Quiet quiet) throws Exception {
    try (MockWebServer server = new MockWebServer()) {
      server.enqueue(new MockResponse.Builder().body(LINE).build());
      server.start();
      try (Socket socket = connect(server.getPort())) {
        exchange(
            socket,
            "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: " + LINE.length() + "\r\n\r\n" + LINE);
      }
    }
  }

  private static void checkAndClose(Peer peer) throws IOException {
    try (peer;
        Socket socket = connect(peer.port())) {
      exchange(socket, LINE + "\n", LINE.toUpperCase() + Peer.suffix(socket.getLocalPort()) + "\n");
    }
  }

  private static Socket connect(int port) throws IOException {
    Socket socket = new Socket(Peer.HOST, port);
    socket.setSoTimeout(5_000);
    return socket;
  }

  private static void exchange(Socket socket, String request, String expected) throws IOException {
    socket.getOutputStream().write(request.getBytes(UTF_8));
    String reply = new String(socket.getInputStream().readNBytes(expected.length()), UTF_8);
    Lines.check(expected, reply);
  }
}

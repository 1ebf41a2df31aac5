package dev.echo.benchmark;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;

/** Round trips of clients to an EchoServer, one line at a time. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ClientBenchmark extends ServerBenchmark {

  @Param({
    "ECHO_CLIENT",
    "ECHO_CLIENT_POLLING",
    "SOCKET",
    "SOCKET_WITH_TIMEOUT",
    "NETTY_NIO",
    "NETTY_EPOLL",
    "VERTX"
  })
  public Client client;

  private LineClient connected;
  private long sent;

  @Override
  Enum<?> server() {
    return RawServer.ECHO_SERVER;
  }

  @Override
  void connect(int port) throws Exception {
    connected = client.connect(port);
  }

  @Benchmark
  public void send() throws Exception {
    String line = Lines.get(sent++);
    Lines.check(line, connected.echo(line));
  }

  @Override
  void disconnect() throws Exception {
    connected.close();
  }
}

package dev.echo.benchmark;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Timeout;
import org.openjdk.jmh.annotations.Warmup;

/** Round trips of clients to an EchoServer, one line at a time. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 2, time = 1)
@Timeout(time = 30)
public class ClientBenchmark {

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

  private ServerProcess server;
  private LineClient connected;
  private long sent;

  @Setup
  public void connect() throws Exception {
    server = ServerProcess.start(RawServer.ECHO_SERVER);
    connected = client.connect(server.port());
  }

  @Benchmark
  public void send() throws Exception {
    String line = Lines.get(sent++);
    Lines.check(line, connected.echo(line));
  }

  @TearDown
  public void close() throws Exception {
    connected.close();
    server.close();
  }
}

package dev.echo.benchmark;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Timeout;
import org.openjdk.jmh.annotations.Warmup;

/** One thread that keeps 64 lines in flight to an EchoServer through a client that has futures. */
@State(Scope.Benchmark)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 2, time = 1)
@Timeout(time = 30)
public class PipelineBenchmark {

  private static final int DEPTH = 64;

  @Param({"ECHO_CLIENT", "NETTY_NIO", "NETTY_EPOLL", "NETTY_EPOLL_CONSOLIDATED", "VERTX"})
  public Client client;

  private final Deque<CompletableFuture<String>> inFlight = new ArrayDeque<>();
  private ServerProcess server;
  private LineClient.Pipelined connected;
  private long sent;

  @Setup
  public void connect() throws Exception {
    server = ServerProcess.start(RawServer.ECHO_SERVER);
    connected = (LineClient.Pipelined) client.connect(server.port());
    while (sent < DEPTH) {
      send();
    }
  }

  private void send() {
    inFlight.add(connected.send(Lines.get(sent++)));
  }

  @Benchmark
  public void sendAsync() throws Exception {
    String reply = inFlight.remove().get(LineClient.TIMEOUT_SECONDS, TimeUnit.SECONDS);
    Lines.check(Lines.get(sent - DEPTH), reply);
    send();
  }

  @TearDown
  public void close() throws Exception {
    connected.close();
    server.close();
  }
}

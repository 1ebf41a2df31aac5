package dev.echo.benchmark;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** One thread that keeps 64 lines in flight to an EchoServer through a client that has futures. */
public class PipelineBenchmark extends ServerBenchmark {

  private static final int DEPTH = 64;

  @Param({"ECHO_CLIENT", "NETTY_NIO", "NETTY_EPOLL", "NETTY_EPOLL_CONSOLIDATED", "VERTX"})
  public Client client;

  private final Deque<CompletableFuture<String>> inFlight = new ArrayDeque<>();
  private LineClient.Pipelined connected;
  private long sent;

  @Override
  Enum<?> server() {
    return RawServer.ECHO_SERVER;
  }

  @Override
  void connect(int port) throws Exception {
    connected = (LineClient.Pipelined) client.connect(port);
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

  @Override
  void disconnect() throws Exception {
    connected.close();
  }
}

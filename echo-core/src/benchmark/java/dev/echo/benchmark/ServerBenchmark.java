package dev.echo.benchmark;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Timeout;
import org.openjdk.jmh.annotations.Warmup;

/** A server in a process of its own, and what is connected to it while it is measured. */
@State(Scope.Benchmark)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 2, time = 1)
@Timeout(time = 30)
public abstract class ServerBenchmark {

  private ServerProcess process;

  /** One of the enums of servers. */
  abstract Enum<?> server();

  abstract void connect(int port) throws Exception;

  abstract void disconnect() throws Exception;

  int port() {
    return process.port();
  }

  @Setup
  public void start() throws Exception {
    process = ServerProcess.start(server());
    connect(port());
  }

  @TearDown
  public void close() throws Exception {
    process.close(); // first, so that the ports that wait for what is late are not this side's
    disconnect();
  }
}

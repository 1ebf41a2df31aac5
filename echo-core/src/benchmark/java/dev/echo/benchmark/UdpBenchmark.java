package dev.echo.benchmark;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Timeout;
import org.openjdk.jmh.annotations.Warmup;

/** Datagrams of one line, answered in upper case with the port of the client appended. */
@State(Scope.Benchmark)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 1, time = 1)
@Measurement(iterations = 2, time = 1)
@Timeout(time = 30)
public class UdpBenchmark {

  private static final int MESSAGES = 1000;

  @Param
  public UdpServer server;

  @Param({"C1_D1", "C16_D16"})
  public Workload workload;

  private ServerProcess process;
  private Load load;

  @Setup
  public void start() throws IOException {
    process = ServerProcess.start(server);
    Load.udp(process.port(), Workload.C16_D16).warmUp();
    load = Load.udp(process.port(), workload);
  }

  @Benchmark
  @OperationsPerInvocation(MESSAGES)
  public void echo() throws IOException {
    load.exchange(MESSAGES);
  }

  @TearDown
  public void close() throws IOException {
    process.close();
    load.close();
  }
}

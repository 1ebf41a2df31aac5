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

/** Bytes over TCP, sent back as they are. */
@State(Scope.Benchmark)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 1, time = 1)
@Measurement(iterations = 2, time = 1)
@Timeout(time = 30)
public class RawBenchmark {

  private static final int MESSAGES = 1000;

  @Param
  public RawServer server;

  @Param({"C64_D1", "C16_D64"})
  public Workload workload;

  private ServerProcess process;
  private Load load;

  @Setup
  public void start() throws IOException {
    process = ServerProcess.start(server);
    Load.tcp(process.port(), Workload.C16_D64, false).warmUp();
    load = Load.tcp(process.port(), workload, false);
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

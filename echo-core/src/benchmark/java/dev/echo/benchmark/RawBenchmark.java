package dev.echo.benchmark;

import java.io.IOException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Warmup;

/** Bytes over TCP, sent back as they are. */
@Warmup(iterations = 1, time = 1)
public class RawBenchmark extends ServerBenchmark {

  private static final int MESSAGES = 1000;

  @Param
  public RawServer server;

  @Param({"C64_D1", "C16_D64"})
  public Workload workload;

  private Load load;

  @Override
  Enum<?> server() {
    return server;
  }

  @Override
  void connect(int port) throws IOException {
    Load.tcp(port, Workload.C16_D64, false).warmUp();
    load = Load.tcp(port, workload, false);
  }

  @Benchmark
  @OperationsPerInvocation(MESSAGES)
  public void echo() throws IOException {
    load.exchange(MESSAGES);
  }

  @Override
  void disconnect() throws IOException {
    load.close();
  }
}

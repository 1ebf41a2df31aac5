package dev.echo.benchmark;

import java.io.IOException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Warmup;

/** Datagrams of one line, answered in upper case with the port of the client appended. */
@Warmup(iterations = 1, time = 1)
public class UdpBenchmark extends ServerBenchmark {

  private static final int MESSAGES = 1000;

  @Param
  public UdpServer server;

  @Param({"C1_D1", "C16_D16"})
  public Workload workload;

  private Load load;

  @Override
  Enum<?> server() {
    return server;
  }

  @Override
  void connect(int port) throws IOException {
    Load.udp(port, Workload.C16_D16).warmUp();
    load = Load.udp(port, workload);
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

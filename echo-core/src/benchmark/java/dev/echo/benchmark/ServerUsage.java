package dev.echo.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/** CPU time and allocation of the server's process per message. */
public final class ServerUsage implements InternalProfiler {

  static final String CPU = "server.cpu";
  static final String ALLOCATED = "server.allocated";

  private long[] before;

  @Override
  public String getDescription() {
    return "CPU time and allocation of the server's process";
  }

  @Override
  public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
    before = usage();
  }

  @Override
  public Collection<? extends Result<?>> afterIteration(
      BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
    long[] after = usage();
    double messages = result.getMetadata().getAllOps();
    return List.of(
        new ScalarResult(CPU, (after[0] - before[0]) / messages, "ns/op", AggregationPolicy.AVG),
        new ScalarResult(
            ALLOCATED, (after[1] - before[1]) / messages, "B/op", AggregationPolicy.AVG));
  }

  /** Nothing where there is no such process, or not yet. */
  private static long[] usage() {
    try {
      return ServerProcess.current().isPresent()
          ? ServerProcess.current().get().usage()
          : new long[2];
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package dev.echo.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Runs the benchmarks and prints tables, from the folder of the module:
 *
 * <pre>
 * mvn -Pbenchmark test                                            all, in about 35 minutes
 * mvn -Pbenchmark test -Dbenchmarks="-f 1"                        one round instead of five
 * mvn -Pbenchmark test -Dbenchmarks="Udp|Client -f 1"             some
 * mvn -Pbenchmark test -Dbenchmarks="Tcp -p workload=C16_D64 -p server=ECHO_SERVER -prof gc"
 * </pre>
 *
 * <p>The arguments are JMH's ({@code -h} lists them). Each of its forks is a round of its own, in
 * which every row has its turn, so that a machine whose speed drifts treats all alike.
 */
public final class Benchmarks {

  private static final int ROUNDS = 5;
  private static final Path RESULTS = Path.of("target", "benchmark", "results.md");

  private Benchmarks() {}

  /**
   * Runs the benchmarks.
   *
   * @param args the command line options of JMH
   */
  public static void main(String[] args)
      throws CommandLineOptionException, RunnerException, IOException {
    CommandLineOptions arguments = new CommandLineOptions(args);
    if (arguments.shouldHelp()) {
      arguments.showHelp();
      return;
    }
    Options round = new OptionsBuilder()
        .parent(arguments)
        .forks(1)
        .addProfiler(ServerUsage.class)
        .shouldFailOnError(true)
        .build();
    Results results = new Results();
    for (int i = 0; i < arguments.getForkCount().orElse(ROUNDS); i++) {
      for (RunResult result : new Runner(round).run()) {
        results.add(result);
      }
      Files.createDirectories(RESULTS.getParent());
      Files.writeString(RESULTS, results.toMarkdown());
    }
    System.out.println("\n" + results.toMarkdown() + "\nWritten to " + RESULTS.toAbsolutePath());
  }
}

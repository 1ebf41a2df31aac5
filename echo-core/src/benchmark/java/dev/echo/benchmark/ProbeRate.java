package dev.echo.benchmark;

import com.sun.management.OperatingSystemMXBean;
import dev.echo.Endpoint;
import dev.echo.probe.PathProbe;
import dev.echo.probe.PathReport;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;

/**
 * Prints at which rates a probe of one flow keeps up, with every reply checked: none lost, none
 * unsent, and sent in time; and which share of a processor the probe takes. From the folder of the
 * module:
 *
 * <pre>
 * mvn -Pbenchmark test -Dmain=ProbeRate
 * mvn -Pbenchmark test -Dmain=ProbeRate -Dbenchmarks="tcp://127.0.0.1:7007 30 1000 20000 300000"
 * </pre>
 */
public final class ProbeRate {

  private static final int SECONDS = 5;
  private static final double[] RATES = {
    100, 1_000, 20_000, 50_000, 100_000, 150_000, 200_000, 300_000, 400_000, 500_000, 1_000_000
  };
  private static final Duration WARM_UP = Duration.ofSeconds(3);

  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private ProbeRate() {}

  /**
   * Runs the program.
   *
   * @param args the endpoint of any echo server, if not EchoServer over UDP and over TCP; then for
   *     how many seconds, and the rates
   */
  public static void main(String[] args) throws Exception {
    if (args.length > 0) {
      int seconds = args.length > 1 ? Integer.parseInt(args[1]) : SECONDS;
      double[] rates = args.length > 2
          ? Arrays.stream(args).skip(2).mapToDouble(Double::parseDouble).toArray()
          : RATES;
      measure(Endpoint.parse(args[0]), seconds, rates);
      return;
    }
    try (ServerProcess server = ServerProcess.start(UdpServer.ECHO_SERVER)) {
      measure(Endpoint.udp(server.port()), SECONDS, RATES);
    }
    try (ServerProcess server = ServerProcess.start(TcpServer.ECHO_SERVER)) {
      measure(Endpoint.tcp(server.port()), SECONDS, RATES);
    }
  }

  private static void measure(Endpoint endpoint, int seconds, double[] rates)
      throws IOException, InterruptedException {
    System.out.printf(
        "%-28s %10s %10s %8s %8s %7s %10s %10s %10s %10s %6s%n",
        endpoint,
        "sent",
        "received",
        "late",
        "lost",
        "unsent",
        "lag p50 us",
        "lag p99 us",
        "RTT p50 us",
        "RTT p99 us",
        "CPU %");
    for (double rate : rates) {
      try (PathProbe probe = PathProbe.builder()
          .rate(rate)
          .warmUp(WARM_UP)
          .duration(Duration.ofSeconds(seconds))
          .start(endpoint)) {
        long start = System.nanoTime();
        long startCpu = SYSTEM.getProcessCpuTime();
        PathReport report = probe.await();
        long cpu = SYSTEM.getProcessCpuTime() - startCpu;
        print(rate, report, 100.0 * cpu / (System.nanoTime() - start));
      }
    }
  }

  private static void print(double rate, PathReport report, double cpuPercent) {
    boolean any = report.roundTrips().count() > 0;
    System.out.printf(
        Locale.ROOT,
        "%26.0f/s %10d %10d %8d %8d %7d %10.1f %10.1f %10.1f %10.1f %6.1f%n",
        rate,
        report.sent(),
        report.received(),
        report.late(),
        report.lost() + report.corrupt() + report.foreign() + report.duplicates(),
        report.unsent(),
        micros(report.sendLag().percentile(50)),
        micros(report.sendLag().percentile(99)),
        any ? micros(report.roundTrips().percentile(50)) : Double.NaN,
        any ? micros(report.roundTrips().percentile(99)) : Double.NaN,
        cpuPercent);
  }

  private static double micros(Duration time) {
    return time.toNanos() / 1e3;
  }
}

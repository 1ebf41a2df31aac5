package dev.echo.benchmark;

import dev.echo.Endpoint;
import dev.echo.probe.PathProbe;
import dev.echo.probe.PathReport;
import dev.echo.testing.ChildProcess;
import dev.echo.testing.JavaProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Prints what this probe, irtt and sockperf say of the loopback interface over UDP, each with a
 * server of its own, side by side: the round trips of 64 bytes at 100 a second, and the loss. The
 * other two are Debian packages. From the folder of the project:
 *
 * <pre>
 * mvn -Pbenchmark -pl echo-core test -Dmain=PathTools
 * mvn -Pbenchmark -pl echo-core test -Dmain=PathTools -Dbenchmarks="7 20"
 * </pre>
 */
public final class PathTools {

  private static final int RATE = 100;
  private static final int SIZE = 64;
  private static final Duration WARM_UP = Duration.ofSeconds(10);
  private static final int WARM_UP_RATE = 10_000;
  private static final int IRTT_PORT = 2_112;
  private static final int SOCKPERF_PORT = 11_111;
  private static final Pattern IRTT_TIME = Pattern.compile("\"rtt\": ?(\\d+),?\\s");
  private static final Pattern IRTT_SENT = Pattern.compile("\"packets_sent\": ?(\\d+)");
  private static final Pattern IRTT_RECEIVED = Pattern.compile("\"packets_received\": ?(\\d+)");
  private static final Pattern SOCKPERF_TIME = Pattern.compile("percentile ([\\d.]+) = +([\\d.]+)");
  private static final Pattern SOCKPERF_LOST = Pattern.compile("dropped messages = (\\d+)");

  private enum Tool {
    ECHO,
    IRTT,
    SOCKPERF
  }

  private record Found(double median, double p99, long lost) {}

  private PathTools() {}

  /**
   * Runs the program.
   *
   * @param args the number of rounds, if not 5, and the seconds of each measurement, if not 10
   */
  public static void main(String[] args) throws Exception {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 5;
    int seconds = args.length > 1 ? Integer.parseInt(args[1]) : 10;
    Map<Tool, List<Found>> found = new EnumMap<>(Tool.class);
    try (ChildProcess child = startServer()) {
      Endpoint server = Endpoint.udp(Integer.parseInt(child.answer()));
      warmUp(server);
      for (int i = 0; i < rounds; i++) {
        for (Tool tool : Tool.values()) {
          found.computeIfAbsent(tool, t -> new ArrayList<>()).add(measure(tool, server, seconds));
        }
      }
    }
    System.out.printf(
        "%nUDP, %d bytes, %,d a second, medians of %d rounds of %d s, Java %s%n%n",
        SIZE, RATE, rounds, seconds, System.getProperty("java.version"));
    System.out.println("| | median | spread | p99 | spread | lost |");
    System.out.println("|---|---:|---:|---:|---:|---:|");
    found.forEach((tool, all) -> System.out.printf(
        "| %s | %s | %s | %d |%n",
        tool.name().toLowerCase(Locale.ROOT),
        text(all.stream().mapToDouble(Found::median).toArray()),
        text(all.stream().mapToDouble(Found::p99).toArray()),
        all.stream().mapToLong(Found::lost).sum()));
  }

  private static String text(double[] micros) {
    Arrays.sort(micros);
    double median = micros[micros.length / 2];
    return String.format(
        Locale.ROOT, "%.1f µs | %.1f–%.1f", median, micros[0], micros[micros.length - 1]);
  }

  private static Found measure(Tool tool, Endpoint server, int seconds) throws Exception {
    return switch (tool) {
      case ECHO -> echo(server, seconds);
      case IRTT -> irtt(seconds);
      case SOCKPERF -> sockperf(seconds);
    };
  }

  private static ChildProcess startServer() throws IOException {
    return new ChildProcess(JavaProcess.command(
        List.of(),
        List.of("--enable-native-access=ALL-UNNAMED"),
        System.getProperty("java.class.path"),
        ServerMain.class.getName(),
        UdpServer.class.getName(),
        UdpServer.ECHO_SERVER.name()));
  }

  /** Has both virtual machines compile what they run. */
  private static void warmUp(Endpoint server) throws Exception {
    try (PathProbe probe =
        PathProbe.builder().rate(WARM_UP_RATE).size(SIZE).duration(WARM_UP).start(server)) {
      probe.await();
    }
  }

  private static Found echo(Endpoint server, int seconds) throws Exception {
    try (PathProbe probe = PathProbe.builder()
        .rate(RATE)
        .size(SIZE)
        .duration(Duration.ofSeconds(seconds))
        .start(server)) {
      PathReport report = probe.await();
      return new Found(
          report.roundTrips().percentile(50).toNanos() / 1e3,
          report.roundTrips().percentile(99).toNanos() / 1e3,
          report.sent() - report.received());
    }
  }

  private static Found irtt(int seconds) throws Exception {
    String address = Peer.HOST + ":" + IRTT_PORT;
    Process server = start("irtt", "server", "-b", address);
    try {
      String output = output(
          seconds,
          "irtt",
          "client",
          "-Q",
          "-d",
          seconds + "s",
          "-i",
          "10ms",
          "-l",
          "" + SIZE,
          "-o",
          "-",
          address);
      double[] micros = IRTT_TIME
          .matcher(output)
          .results()
          .mapToDouble(match -> Long.parseLong(match.group(1)) / 1e3)
          .sorted()
          .toArray();
      return new Found(
          rank(micros, 0.5),
          rank(micros, 0.99),
          number(IRTT_SENT, output) - number(IRTT_RECEIVED, output));
    } finally {
      server.destroy();
    }
  }

  private static double rank(double[] sorted, double share) {
    return sorted[(int) Math.ceil(share * sorted.length) - 1];
  }

  private static Found sockperf(int seconds) throws Exception {
    String port = "" + SOCKPERF_PORT;
    Process server = start("sockperf", "server", "-i", Peer.HOST, "-p", port);
    try {
      String output = output(
          seconds,
          "sockperf",
          "under-load",
          "-i",
          Peer.HOST,
          "-p",
          port,
          "-m",
          "" + SIZE,
          "-t",
          "" + seconds,
          "--mps=" + RATE,
          "--reply-every=1",
          "--full-rtt");
      Map<String, Double> percentiles = new TreeMap<>();
      SOCKPERF_TIME
          .matcher(output)
          .results()
          .forEach(match -> percentiles.put(match.group(1), Double.valueOf(match.group(2))));
      return new Found(
          percentiles.get("50.000"), percentiles.get("99.000"), number(SOCKPERF_LOST, output));
    } finally {
      server.destroy();
    }
  }

  private static long number(Pattern pattern, String output) {
    Matcher matcher = pattern.matcher(output);
    if (!matcher.find()) {
      throw new IllegalStateException("No " + pattern + " in " + output);
    }
    return Long.parseLong(matcher.group(1));
  }

  /** Starts a server, and returns when it says that it listens. */
  private static Process start(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    BufferedReader output = process.inputReader();
    String line = output.readLine();
    while (line != null && !line.contains("listen")) {
      line = output.readLine(); // it says other things before
    }
    if (line == null) {
      process.destroy();
      throw new IllegalStateException(String.join(" ", command) + " ended at once");
    }
    return process;
  }

  private static String output(int seconds, String... command) throws Exception {
    Process process = new ProcessBuilder(command)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(10L + seconds, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IllegalStateException(String.join(" ", command) + " failed: " + output);
    }
    return output;
  }
}

package dev.echo;

import dev.echo.probe.PathProbe;
import dev.echo.probe.PathReport;
import java.time.Duration;

/** Runs a probe, and prints when it has begun, and what it has found out. */
final class ProbeMain {

  private ProbeMain() {}

  /**
   * Runs the probe.
   *
   * @param args the endpoint, the rate, the number of messages, and the timeout
   */
  public static void main(String[] args) throws Exception {
    PathProbe.Builder builder = PathProbe.builder()
        .rate(Double.parseDouble(args[1]))
        .count(Long.parseLong(args[2]))
        .timeout(Duration.parse(args[3]));
    try (PathProbe probe = builder.start(Endpoint.parse(args[0]))) {
      System.out.println("started");
      PathReport report = probe.await();
      System.out.println(new Found(
          report.sent(),
          report.received(),
          report.late(),
          report.lost(),
          report.unsent() + report.refused() + report.corrupt() + report.duplicates(),
          report.sendLag().max().toMillis()));
    }
  }

  /** Some numbers of a report, in a line. */
  record Found(long sent, long received, long late, long lost, long others, long maxSendLagMillis) {

    static Found parse(String line) {
      String[] words = line.split(" ");
      long[] numbers = new long[words.length];
      for (int i = 0; i < words.length; i++) {
        numbers[i] = Long.parseLong(words[i]);
      }
      return new Found(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]);
    }

    @Override
    public String toString() {
      return sent + " " + received + " " + late + " " + lost + " " + others + " "
          + maxSendLagMillis;
    }
  }
}

package dev.echo.probe;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** A report as text, with the same digits whatever the locale. */
final class ReportText {

  private static final double NANOS_PER_MILLI = 1e6;
  private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99, 99.999};
  private static final String[] NAMES = {"p50", "p90", "p99", "p99.9", "p99.99", "p99.999"};

  private ReportText() {}

  static String report(PathReport report) {
    StringBuilder text = new StringBuilder();
    text.append(report.sent()).append(" sent to ").append(report.endpoint());
    text.append(format(" in %.3f s: ", report.elapsed().toNanos() / 1e9));
    text.append(report.received()).append(" received");
    add(text, report.late(), "late");
    add(text, report.lost(), "lost");
    add(text, report.corrupt(), "corrupt");
    add(text, report.refused(), "refused");
    add(text, report.unsent(), "unsent");
    add(text, report.duplicates(), "duplicate" + plural(report.duplicates()));
    add(text, report.reordered(), "reordered");
    if (report.reordered() > 0) {
      text.append(" by up to ").append(report.maxReorderExtent());
    }
    add(text, report.foreign(), "foreign");
    add(text, report.reconnects(), "reconnect" + plural(report.reconnects()));
    addLoss(text, report);
    addTimes(text, report);
    addFlows(text, report.flows());
    return text.toString();
  }

  private static void add(StringBuilder text, long number, String name) {
    if (number > 0) {
      text.append(", ").append(number).append(' ').append(name);
    }
  }

  private static String plural(long number) {
    return number == 1 ? "" : "s";
  }

  private static void addLoss(StringBuilder text, PathReport report) {
    if (report.lossRatio() > 0) {
      text.append(format("\nloss %.4g %%", 100 * report.lossRatio()));
    } else if (report.failed() == 0 && report.received() > 3) { // the rule of three
      text.append(format("\nloss below %.4g %% with 95 %% confidence", 300.0 / report.received()));
    }
    if (report.refused() + report.unsent() > 0) { // of which loss says nothing
      text.append(format("\n%.4g %% without intact reply in time", 100 * report.failureRatio()));
    }
    if (!report.longestOutage().isZero()) {
      text.append(", longest outage ").append(time(report.longestOutage()));
    }
  }

  private static void addTimes(StringBuilder text, PathReport report) {
    text.append("\nround trips: ").append(report.roundTrips());
    if (report.roundTrips().count() > 1) {
      text.append(", jitter ").append(time(report.jitter()));
    }
    text.append("\nresponse times: ").append(report.responseTimes());
    text.append("\nsend lag: ").append(report.sendLag());
    if (report.isSenderSlow()) {
      text.append("\nthis machine, not the path, was slow: messages were sent later than the")
          .append(" next was due");
    }
  }

  private static void addFlows(StringBuilder text, List<PathReport> flows) {
    for (int i = 0; flows.size() > 1 && i < flows.size(); i++) {
      PathReport flow = flows.get(i);
      text.append(format("\nflow %d: ", i + 1))
          .append(flow.received())
          .append(" of ")
          .append(flow.sent());
      if (flow.sent() > 0) {
        text.append(format(", loss %.4g %%", 100 * flow.lossRatio()));
      }
    }
  }

  static String times(RoundTrips times) {
    StringBuilder text = new StringBuilder();
    text.append(times.count()).append(", min ").append(time(times.min()));
    for (int i = 0; i < PERCENTILES.length; i++) {
      if (times.hasEnoughFor(PERCENTILES[i])) {
        text.append(", ").append(NAMES[i]).append(' ');
        text.append(time(times.percentile(PERCENTILES[i])));
      }
    }
    return text.append(", max ").append(time(times.max())).toString();
  }

  private static String time(Duration time) {
    return format("%.3f ms", time.toNanos() / NANOS_PER_MILLI);
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}

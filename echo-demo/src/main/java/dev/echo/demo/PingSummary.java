package dev.echo.demo;

import dev.echo.Endpoint;
import dev.echo.probe.PathReport;
import dev.echo.probe.RoundTrips;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** What a measurement has found out as text, in lines of some 40 columns. */
final class PingSummary {

  private static final double[] PERCENTILES = {50, 90, 99, 99.9};

  /** How far the 99th percentiles are apart before the response times are shown, too. */
  private static final double TOLERANCE = 1.05;

  /** Rounded down, so that not quite all is never all. */
  private static final MathContext THREE_DIGITS = new MathContext(3, RoundingMode.DOWN);

  private final PingOptions options;

  PingSummary(PingOptions options) {
    this.options = options;
  }

  String heading() {
    String pace = options.isSlow()
        ? "every " + number(1 / options.rate()) + " s"
        : exact(options.rate()) + " a second";
    String sockets = options.flows() > 1 ? " over " + options.flows() + " flows" : "";
    return "PING " + options.endpoint() + ": " + options.size() + " bytes " + pace + sockets;
  }

  /** How far it is; the end may be cut off by a narrow terminal. */
  static String progress(PathReport report) {
    RoundTrips times = report.roundTrips();
    return Math.round(report.elapsed().toMillis() / 1e3) + " s: "
        + report.sent() + " sent, "
        + report.failed() + " missing"
        + (times.hasEnoughFor(99) ? ", p99 " + millis(times.percentile(99)) + " ms" : "");
  }

  List<String> lines(PathReport report, TimeChart chart) {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add("--- " + options.endpoint() + ", " + seconds(report.elapsed()) + " s ---");
    addCounters(lines, report);
    addFlows(lines, report.flows());
    if (report.roundTrips().count() > 0) {
      lines.add("");
      addTimes(lines, report);
      if (report.roundTrips().hasEnoughFor(50)) {
        lines.addAll(chart.lines(report.roundTrips().buckets()));
      }
    }
    return lines;
  }

  private void addCounters(List<String> lines, PathReport report) {
    lines.add(report.sent() + " sent, "
        + report.received() + " received"
        + counter(report.late(), "late")
        + counter(report.lost(), "lost")
        + counter(report.corrupt(), "corrupt")
        + counter(report.refused(), "refused")
        + counter(report.unsent(), "unsent")
        + counter(underWay(report), "not waited for"));
    if (report.received() + report.late() + report.lost() + report.corrupt() > 0) {
      lines.add(loss(report));
    }
    if (report.refused() + report.unsent() > 0) { // which are no loss by RFC 2680
      lines.add(number(100 * report.failureRatio()) + " % without intact reply in time");
    }
    String others = counter(report.duplicates(), "duplicate" + plural(report.duplicates()))
        + counter(report.reordered(), "reordered by up to " + report.maxReorderExtent())
        + counter(report.foreign(), "foreign")
        + counter(report.reconnects(), "reconnect" + plural(report.reconnects()));
    if (!others.isEmpty()) {
      lines.add(others.substring(2));
    }
  }

  private static String counter(long count, String name) {
    return count == 0 ? "" : ", " + count + " " + name;
  }

  private static String plural(long count) {
    return count == 1 ? "" : "s";
  }

  private static String loss(PathReport report) {
    String outage = report.longestOutage().isZero()
        ? ""
        : ", longest outage " + seconds(report.longestOutage()) + " s";
    if (report.lossRatio() == 0 && report.received() > 3) {
      // The rule of three
      return "loss below " + number(300.0 / report.received()) + " % (95 % confidence)" + outage;
    }
    return "loss " + number(100 * report.lossRatio()) + " %" + outage;
  }

  private static void addFlows(List<String> lines, List<PathReport> flows) {
    for (int i = 0; flows.size() > 1 && i < flows.size(); i++) {
      PathReport flow = flows.get(i);
      String loss = flow.sent() == 0 ? "" : ", loss " + number(100 * flow.lossRatio()) + " %";
      lines.add("flow " + (i + 1) + ": " + flow.received() + " of " + flow.sent() + loss);
    }
  }

  /** A table, with a column for each kind of time. */
  private void addTimes(List<String> lines, PathReport report) {
    RoundTrips roundTrips = report.roundTrips();
    List<String> names = new ArrayList<>(List.of("round trip", "send lag"));
    List<RoundTrips> columns = new ArrayList<>(List.of(roundTrips, report.sendLag()));
    if (differs(report.responseTimes(), roundTrips)) {
      names.add(1, "response");
      columns.add(1, report.responseTimes());
    }
    lines.add(row("ms", names));
    lines.add(row("min", columns, RoundTrips::min));
    lines.add(row("mean", columns, RoundTrips::mean));
    for (double percent : PERCENTILES) {
      if (roundTrips.hasEnoughFor(percent)) {
        lines.add(row("p" + number(percent), columns, times -> times.percentile(percent)));
      }
    }
    lines.add(row("max", columns, RoundTrips::max));
    if (roundTrips.count() > 1) {
      lines.add(row("jitter", List.of(millis(report.jitter()))));
    }
    if (report.isSenderSlow()) {
      lines.add("This machine, not the path, was slow:");
      lines.add("messages were sent too late.");
    }
  }

  private static boolean differs(RoundTrips responseTimes, RoundTrips roundTrips) {
    return responseTimes.percentile(99).toNanos()
        > TOLERANCE * roundTrips.percentile(99).toNanos();
  }

  private static String row(
      String name, List<RoundTrips> columns, Function<RoundTrips, Duration> value) {
    return row(name, columns.stream().map(times -> millis(value.apply(times))).toList());
  }

  private static String row(String name, List<String> cells) {
    StringBuilder row = new StringBuilder(String.format(Locale.ROOT, "%-6s", name));
    cells.forEach(cell -> row.append(String.format(Locale.ROOT, "%11s", cell)));
    return row.toString();
  }

  /** How many messages were under way at the end. */
  private long underWay(PathReport report) {
    boolean wereSent = options.endpoint().endpoint() instanceof Endpoint.Udp;
    long underWay = report.sent()
        - report.received()
        - report.late()
        - report.lost()
        - report.corrupt()
        - (wereSent ? report.refused() : 0);
    return Math.max(0, underWay); // as the system may have refused to send some
  }

  static String exact(double number) {
    return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
  }

  private static String number(double number) {
    BigDecimal rounded = BigDecimal.valueOf(number).round(THREE_DIGITS).stripTrailingZeros();
    return rounded.toPlainString();
  }

  private static String seconds(Duration time) {
    return BigDecimal.valueOf(time.toMillis(), 3).toPlainString();
  }

  static String exactSeconds(Duration time) {
    BigDecimal nanos = BigDecimal.valueOf(time.getNano(), 9);
    return BigDecimal.valueOf(time.getSeconds()).add(nanos).stripTrailingZeros().toPlainString();
  }

  static String millis(Duration time) {
    return BigDecimal.valueOf(time.toNanos() / 1000, 3).toPlainString();
  }
}

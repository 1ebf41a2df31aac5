package dev.echo.demo;

import dev.echo.probe.PathProbe;
import dev.echo.probe.PathReport;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Measures the path to a server, until its end or Ctrl-C, and prints what was found. */
final class Ping {

  private static final int LIMIT_EXCEEDED = 3;

  /** How long Ctrl-C waits for replies that are under way, at most. */
  private static final Duration MAX_PATIENCE = Duration.ofSeconds(2);

  private static final long SUMMARY_MILLIS = 500;

  private final PingOptions options;
  private final Console console;
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile int status = Commands.FAILURE;

  Ping(PingOptions options, Console console) {
    this.options = options;
    this.console = console;
  }

  /** Returns the exit status. */
  int run(PathProbe.Builder builder) throws IOException, InterruptedException {
    if (options.printsEachReply()) {
      PingLines lines = new PingLines(options, console);
      builder.onReply(lines::print).onFailure(lines::print);
    }
    try (PathProbe probe = start(builder)) {
      Thread exit = new Thread(() -> exit(probe), "echo-demo-exit");
      runOnExit(exit, probe);
      try {
        status = measure(probe);
      } catch (IOException e) { // said before the process may end
        console.fail(Failures.text(e));
      } finally {
        ended.countDown();
        forget(exit);
      }
    }
    return status;
  }

  private PathProbe start(PathProbe.Builder builder) throws IOException {
    try {
      return builder.start(options.endpoint().endpoint());
    } catch (IOException e) {
      throw new IOException(new Advice(options.endpoint()).onConnect(e), e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(new Advice(options.endpoint()).text(e), e);
    }
  }

  private int measure(PathProbe probe) throws IOException, InterruptedException {
    PathReport report;
    PingSummary summary = new PingSummary(options);
    if (!options.json()) {
      console.print(summary.heading());
    }
    console.startPrinting();
    try (PingWatch watch = new PingWatch(probe, options, console)) {
      watch.start();
      report = probe.await();
    } catch (IllegalStateException e) { // its thread died, for want of memory perhaps
      throw new IOException(e.getMessage() + ": " + Failures.text(e.getCause()), e);
    }
    console.finishPrinting();
    if (console.outputFailed()) {
      return Commands.FAILURE; // as was reported
    }
    if (options.json()) {
      console.print(PingJson.of(report, options.endpoint()));
    } else {
      for (String line : summary.lines(report, console.chart())) {
        console.print(line);
      }
    }
    return status(report);
  }

  /** Tells why, if the status is not that of success. */
  private int status(PathReport report) {
    if (report.roundTrips().count() == 0) {
      console.fail(silence(report));
      return Commands.FAILURE;
    }
    boolean exceedsLoss = exceedsLoss(report);
    boolean exceedsP99 = exceedsP99(report);
    if (exceedsLoss || exceedsP99) {
      return LIMIT_EXCEEDED;
    }
    return console.failed() ? Commands.FAILURE : Commands.OK;
  }

  private String silence(PathReport report) {
    Advice advice = new Advice(options.endpoint());
    if (report.foreign() + report.corrupt() > 0) {
      return advice.onForeignReplies();
    } else if (report.sent() + report.refused() + report.unsent() == 0) {
      return "Ended before the first message that counts";
    }
    return advice.onSilence();
  }

  private boolean exceedsLoss(PathReport report) {
    long known = report.failed() + report.received();
    if (options.maxLoss() == null || 100.0 * report.failed() / known <= options.maxLoss()) {
      return false;
    }
    console.fail(report.failed() + " of " + known
        + " messages had no intact reply in time; --max-loss allows "
        + PingSummary.exact(options.maxLoss()) + " %");
    return true;
  }

  private boolean exceedsP99(PathReport report) {
    Duration p99 = report.roundTrips().percentile(99);
    if (options.maxP99() == null || p99.compareTo(options.maxP99()) <= 0) {
      return false;
    }
    console.fail("The 99th percentile is " + exactMillis(p99) + " ms; --max-p99 allows "
        + exactMillis(options.maxP99()) + " ms");
    return true;
  }

  private static String exactMillis(Duration time) {
    return BigDecimal.valueOf(time.toNanos(), 6).stripTrailingZeros().toPlainString();
  }

  private static void runOnExit(Thread exit, PathProbe probe) {
    try {
      Runtime.getRuntime().addShutdownHook(exit);
    } catch (IllegalStateException e) {
      probe.close(); // the process is ending already
    }
  }

  private static void forget(Thread exit) {
    try {
      Runtime.getRuntime().removeShutdownHook(exit);
    } catch (IllegalStateException e) {
      // It runs, and ends the process itself.
    }
  }

  /** Ends the measurement on Ctrl-C or SIGTERM, which is its regular end, with its own status. */
  private void exit(PathProbe probe) {
    try {
      probe.stop();
      Duration patience =
          options.timeout().compareTo(MAX_PATIENCE) < 0 ? options.timeout() : MAX_PATIENCE;
      if (!ended.await(patience.toMillis() + SUMMARY_MILLIS, TimeUnit.MILLISECONDS)) {
        probe.close();
        ended.await(SUMMARY_MILLIS, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      // Nobody interrupts it; what there is, is printed.
    }
    console.end();
    Runtime.getRuntime().halt(status);
  }
}

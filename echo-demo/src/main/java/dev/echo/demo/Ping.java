package dev.echo.demo;

import dev.echo.probe.PathProbe;
import dev.echo.probe.PathReport;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Measures the path to a server, until its end or Ctrl-C, and prints what was found. */
final class Ping {

  private static final int LIMIT_EXCEEDED = 3;

  /** How long Ctrl-C waits for replies that are under way, and as long again for the summary. */
  private static final long END_MILLIS = 500;

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
      throw new IOException(e.getMessage(), e);
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
      console.fail(new Advice(options.endpoint()).onSilence());
      return Commands.FAILURE;
    }
    boolean exceeded = false;
    double loss = PingSummary.missingPercent(report);
    if (options.maxLoss() != null && loss > options.maxLoss()) {
      exceeded = true;
      console.fail(PingSummary.number(loss) + " % of the messages had no intact reply in time;"
          + " --max-loss allows " + PingSummary.number(options.maxLoss()) + " %");
    }
    if (options.maxP99() != null
        && report.roundTrips().percentile(99).compareTo(options.maxP99()) > 0) {
      exceeded = true;
      console.fail(
          "The 99th percentile is " + PingSummary.millis(report.roundTrips().percentile(99))
              + " ms; --max-p99 allows " + PingSummary.millis(options.maxP99()) + " ms");
    }
    if (exceeded) {
      return LIMIT_EXCEEDED;
    }
    return console.failed() ? Commands.FAILURE : Commands.OK;
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
      if (!ended.await(END_MILLIS, TimeUnit.MILLISECONDS)) {
        probe.close();
        ended.await(END_MILLIS, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      // Nobody interrupts it; what there is, is printed.
    }
    console.end();
    Runtime.getRuntime().halt(status);
  }
}

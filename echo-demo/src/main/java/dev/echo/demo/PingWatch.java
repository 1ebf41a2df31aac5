package dev.echo.demo;

import dev.echo.probe.PathProbe;
import dev.echo.probe.PathReport;
import java.util.concurrent.TimeUnit;

/** Looks after a measurement each second: prints how far it is, and ends it if nobody reads. */
final class PingWatch extends Thread implements AutoCloseable {

  private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** For more flows, a report takes so long that it is asked for less often. */
  private static final int FEW_FLOWS = 32;

  /** How long to wait for a line on standard error, which may block. */
  private static final long END_MILLIS = 200;

  private final PathProbe probe;
  private final PingOptions options;
  private final Console console;

  PingWatch(PathProbe probe, PingOptions options, Console console) {
    super("echo-demo-watch");
    this.probe = probe;
    this.options = options;
    this.console = console;
    setDaemon(true);
  }

  @Override
  public void run() {
    try {
      long start = System.nanoTime();
      for (long second = 1; ; second++) {
        TimeUnit.NANOSECONDS.sleep(start + second * PERIOD_NANOS - System.nanoTime());
        look(second);
      }
    } catch (InterruptedException | IllegalStateException e) {
      // The measurement has ended; whoever waits for it says how.
    }
  }

  private void look(long second) {
    if (console.outputFailed()) {
      probe.close();
    } else if (options.printsProgress() && second % (1 + options.flows() / FEW_FLOWS) == 0) {
      PathReport report = probe.report();
      if (report.sent() > 0) { // not within the warm-up
        console.printProgress(PingSummary.progress(report));
      }
    }
  }

  @Override
  public void close() {
    interrupt();
    try {
      join(END_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!isAlive()) { // or standard error is not read, and would hold up the summary
      console.endProgress();
    }
  }
}

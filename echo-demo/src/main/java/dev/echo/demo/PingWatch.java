package dev.echo.demo;

import dev.echo.probe.PathProbe;

/** Looks after a measurement each second: prints how far it is, and ends it if nobody reads. */
final class PingWatch extends Thread implements AutoCloseable {

  private static final long PERIOD_MILLIS = 1_000;

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
      while (true) {
        Thread.sleep(PERIOD_MILLIS);
        if (console.outputFailed()) {
          probe.close();
        } else if (options.printsProgress()) {
          console.printProgress(PingSummary.progress(probe.report()));
        }
      }
    } catch (InterruptedException | IllegalStateException e) {
      // The measurement has ended; whoever waits for it says how.
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
    console.endProgress();
  }
}

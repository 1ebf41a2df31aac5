package dev.echo.demo;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.echo.Echo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigDecimal;

/**
 * Standard input, output and error: UTF-8 regardless of the platform's charset, one line for each
 * failure, prompts and hints only at a terminal.
 */
final class Console implements Thread.UncaughtExceptionHandler {

  private static final long WINDOW_NANOS = 10_000_000_000L;

  /** Short, as Ctrl-C ends the process within a second even if its output is not read. */
  private static final long END_MILLIS = 200;

  /** Allocated beforehand, for when the heap is full. */
  private static final byte[] OUT_OF_MEMORY = "echo-demo: Out of memory\n".getBytes(US_ASCII);

  private final InputStream in;
  private final OutputStream out;
  private final OutputStream err;
  private final boolean terminal;

  private final LineQueue lines = new LineQueue(this::printLine);

  /** Null until the first warning; guarded by this. */
  private Warnings warnings;

  private volatile boolean repliesOnly;
  private volatile boolean failed;
  private volatile boolean mute;

  private volatile boolean outputFailed;

  private final Object errorLock = new Object();

  /** Guarded by its lock. */
  private boolean progressShown;

  private final Object endLock = new Object();

  /** Guarded by its lock. */
  private boolean ended;

  Console(InputStream in, OutputStream out, OutputStream err, boolean terminal) {
    this.in = in;
    this.out = out;
    this.err = err;
    this.terminal = terminal;
  }

  InputStream in() {
    return in;
  }

  /** Returns whether a failure was reported that counts for the exit status. */
  boolean failed() {
    return failed;
  }

  /** Prints replies without times, and no prompts and hints. */
  void printRepliesOnly() {
    repliesOnly = true;
  }

  void print(String line) throws IOException {
    write((line + "\n").getBytes(UTF_8));
  }

  /**
   * Prints a line that peers can repeat without end, in its turn. Never blocks: lines are counted
   * and left out while standard output is not read. If printing fails, it says so once.
   */
  void printWithoutWaiting(String line) {
    lines.add(line);
  }

  /** Prints a line behind the others at the {@link #end}. Never blocks. */
  void printLast(String line) {
    lines.addLast(terminal ? "\r" + line : line); // over what a terminal shows for Ctrl-C
  }

  /** Begins with the lines that do not wait, which stand behind those printed so far. */
  void startPrinting() {
    lines.open();
  }

  /** Waits until the lines so far are printed, for what follows them. */
  void finishPrinting() {
    lines.end(0);
  }

  /** Returns whether printing has failed, so that there is nobody to print for. */
  boolean outputFailed() {
    return outputFailed;
  }

  /**
   * Shows how far something is, on standard error: at a terminal in the place of the one before,
   * cut off where the terminal ends.
   */
  void printProgress(String line) {
    synchronized (errorLock) {
      if (progressInPlace()) {
        progressShown = true;
        writeError(("\r\033[?7l" + line + "\033[K\033[?7h").getBytes(UTF_8));
      } else {
        writeError((line + "\n").getBytes(UTF_8));
      }
    }
  }

  /** Removes it from the terminal. */
  void endProgress() {
    synchronized (errorLock) {
      if (progressShown) {
        progressShown = false;
        writeError("\r\033[K".getBytes(UTF_8));
      }
    }
  }

  private boolean progressInPlace() {
    return StandardStreams.isTerminal(err) && StandardStreams.hasCursor();
  }

  private void printLine(String line) {
    if (outputFailed) {
      return;
    }
    try {
      print(line);
    } catch (IOException e) {
      fail(Failures.text(e));
    }
  }

  /**
   * Prints the reply, and its round trip unless told otherwise; escapes control characters at a
   * terminal.
   */
  void print(Echo echo) throws IOException {
    byte[] reply = echo.message().toByteArray();
    if (!isPrintableAscii(reply) && isTerminal()) {
      reply = Printable.text(echo.message().text()).getBytes(UTF_8);
    }
    BigDecimal millis = BigDecimal.valueOf(echo.roundTrip().toNanos() / 1000, 3);
    ByteArrayOutputStream line = new ByteArrayOutputStream(reply.length + 32);
    line.writeBytes(reply);
    String time = repliesOnly ? "" : "  " + millis.toPlainString() + " ms";
    line.writeBytes((time + "\n").getBytes(UTF_8));
    write(line.toByteArray());
  }

  /** How a chart can be shown. */
  TimeChart chart() {
    if (!isTerminal()) {
      return TimeChart.NONE;
    }
    return StandardStreams.areUtf8() ? TimeChart.BLOCKS : TimeChart.ASCII;
  }

  /** Returns whether the output is a terminal, wherever the input comes from. */
  boolean isTerminal() {
    return terminal || StandardStreams.isTerminal(out);
  }

  private static boolean isPrintableAscii(byte[] bytes) {
    for (byte b : bytes) {
      if (b < ' ' || b == 0x7F) { // bytes beyond ASCII are negative
        return false;
      }
    }
    return true;
  }

  void prompt() throws IOException {
    if (isInteractive()) {
      write("> ".getBytes(UTF_8));
    }
  }

  void hint(String line) throws IOException {
    if (isInteractive()) {
      print(line);
    }
  }

  private boolean isInteractive() {
    return terminal && !repliesOnly;
  }

  private void write(byte[] bytes) throws IOException {
    try {
      out.write(bytes);
      out.flush();
    } catch (IOException e) {
      outputFailed = true;
      throw new IOException("Standard output: " + Failures.text(e), e);
    }
  }

  /** Prints a failure on standard error, and has the exit status show it. */
  void fail(String line) {
    failed = true;
    if (!mute) {
      writeError(line);
    }
  }

  /** As {@link #fail}, but never blocks on standard error. */
  void failWithoutWaiting(String line) {
    failed = true;
    warn(line, line);
  }

  /**
   * Prints on standard error what failed for a peer. Never blocks.
   *
   * @param kind the same for failures that are alike, of which only the first is printed at once
   */
  void warn(String kind, String line) {
    if (!mute) {
      warnings().add(kind, line);
    }
  }

  private synchronized Warnings warnings() {
    if (warnings == null) {
      warnings = new Warnings(WINDOW_NANOS, this::writeError);
    }
    return warnings;
  }

  /** Prints an unexpected error in one line, even if the heap is full. */
  @Override
  public void uncaughtException(Thread thread, Throwable error) {
    failed = true;
    try {
      fail(Failures.text(error));
    } catch (Throwable e) {
      writeError(OUT_OF_MEMORY);
    }
  }

  private void writeError(String line) {
    byte[] bytes = ("echo-demo: " + Printable.line(line) + "\n").getBytes(UTF_8);
    synchronized (errorLock) {
      endProgress();
      writeError(bytes);
    }
  }

  private void writeError(byte[] line) {
    try {
      err.write(line);
      err.flush();
    } catch (IOException e) {
      // There is nowhere else to report it.
    }
  }

  /** Suppresses further failures, as they are consequences of the end of the process. */
  void mute() {
    mute = true;
  }

  /**
   * Prints the remaining lines and warnings, unless their output blocks. When called again, it only
   * waits for the first call, so that a blocked output is waited for once.
   */
  void end() {
    synchronized (endLock) {
      if (ended) {
        return;
      }
      ended = true;
      lines.end(END_MILLIS);
      Warnings left;
      synchronized (this) {
        left = warnings;
      }
      if (left != null) {
        left.end(END_MILLIS);
      }
    }
  }
}

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
 * Standard input, output and error: UTF-8 whatever the platform's charset, one line for each
 * failure, prompts and hints only for a person.
 */
final class Console implements Thread.UncaughtExceptionHandler {

  private static final long WINDOW_NANOS = 10_000_000_000L;

  /** Ctrl-C has to end the process within a second, also if nobody reads standard error. */
  private static final long END_MILLIS = 200;

  /** Made beforehand, for when there is no memory to make anything. */
  private static final byte[] LAST_WORDS = "echo-demo: Out of memory\n".getBytes(US_ASCII);

  private final InputStream in;
  private final OutputStream out;
  private final OutputStream err;
  private final boolean terminal;

  /** Null until there is something to warn of; guarded by this. */
  private Warnings warnings;

  private volatile boolean failed;
  private volatile boolean mute;

  Console(InputStream in, OutputStream out, OutputStream err, boolean terminal) {
    this.in = in;
    this.out = out;
    this.err = err;
    this.terminal = terminal;
  }

  InputStream in() {
    return in;
  }

  /** Tells whether something has failed that shows in the exit status. */
  boolean failed() {
    return failed;
  }

  void print(String line) throws IOException {
    write((line + "\n").getBytes(UTF_8));
  }

  /** Prints the reply as it came, unless a terminal would obey it, and how long it took. */
  void print(Echo echo) throws IOException {
    byte[] reply = echo.message().toByteArray();
    if (!isPlain(reply) && (terminal || StandardStreams.isTerminal(out))) {
      reply = Printable.text(echo.message().text()).getBytes(UTF_8);
    }
    BigDecimal millis = BigDecimal.valueOf(echo.roundTrip().toNanos() / 1000, 3);
    ByteArrayOutputStream line = new ByteArrayOutputStream(reply.length + 32);
    line.writeBytes(reply);
    line.writeBytes(("  " + millis.toPlainString() + " ms\n").getBytes(UTF_8));
    write(line.toByteArray());
  }

  private static boolean isPlain(byte[] ascii) {
    for (byte b : ascii) {
      if (b < ' ' || b == 0x7F) { // or beyond ASCII, which is negative
        return false;
      }
    }
    return true;
  }

  void prompt() throws IOException {
    if (terminal) {
      write("> ".getBytes(UTF_8));
    }
  }

  void hint(String line) throws IOException {
    if (terminal) {
      print(line);
    }
  }

  private void write(byte[] bytes) throws IOException {
    try {
      out.write(bytes);
      out.flush();
    } catch (IOException e) {
      throw new IOException("Standard output: " + Failures.text(e), e);
    }
  }

  /** Says on standard error what failed, which shows in the exit status. */
  void fail(String line) {
    failed = true;
    if (!mute) {
      writeError(line);
    }
  }

  /** As {@link #fail}, for who must not wait until somebody reads it. */
  void failWithoutWaiting(String line) {
    failed = true;
    warn(line, line);
  }

  /** Says on standard error what failed for somebody else, who may repeat it. */
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

  /** Says in one line what nobody has expected, even if no memory is left to say it. */
  @Override
  public void uncaughtException(Thread thread, Throwable error) {
    failed = true;
    try {
      fail(Failures.text(error));
    } catch (Throwable e) {
      writeError(LAST_WORDS);
    }
  }

  private void writeError(String line) {
    writeError(("echo-demo: " + Printable.line(line) + "\n").getBytes(UTF_8));
  }

  private void writeError(byte[] line) {
    try {
      err.write(line);
      err.flush();
    } catch (IOException e) {
      // There is nowhere else to say so.
    }
  }

  /** What fails from now on does so because the process was told to end, and is no news. */
  void mute() {
    mute = true;
  }

  /** Prints the warnings that are left, as far as somebody reads them. */
  void end() {
    Warnings left;
    synchronized (this) {
      left = warnings;
    }
    if (left != null) {
      left.end(END_MILLIS);
    }
  }
}

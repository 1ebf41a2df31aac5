package dev.echo.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.echo.Echo;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.math.BigDecimal;

/**
 * Standard input, output and error: UTF-8 whatever the platform's charset, one line for each
 * failure, prompts and hints only for a person.
 */
final class Console {

  private final InputStream in;
  private final PrintStream out;
  private final PrintStream err;
  private final boolean terminal;
  private volatile boolean failed;

  Console(InputStream in, PrintStream out, PrintStream err, boolean terminal) {
    this.in = in;
    this.out = out;
    this.err = err;
    this.terminal = terminal;
  }

  /** Tells whether a person is at both ends of this process. */
  static boolean isTerminal() {
    java.io.Console console = System.console();
    if (console == null) {
      return false;
    }
    try { // From JDK 22 on there may be a console without a terminal
      return (boolean) java.io.Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }

  InputStream in() {
    return in;
  }

  PrintStream out() {
    return out;
  }

  /** Tells whether {@link #fail} was called. */
  boolean failed() {
    return failed;
  }

  void print(String line) throws IOException {
    write((line + "\n").getBytes(UTF_8));
  }

  /** Prints the reply as it came, and how long it took. */
  void print(Echo echo) throws IOException {
    BigDecimal millis = BigDecimal.valueOf(echo.roundTrip().toNanos() / 1000, 3);
    out.writeBytes(echo.message().toByteArray());
    print("  " + millis.toPlainString() + " ms");
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

  /** Says on standard error what failed, which shows in the exit status. */
  void fail(String line) {
    failed = true;
    warn(line);
  }

  /** Says on standard error what failed for somebody else. */
  void warn(String line) {
    err.writeBytes(("echo-demo: " + line + "\n").getBytes(UTF_8));
    err.flush();
  }

  private void write(byte[] bytes) throws IOException {
    out.writeBytes(bytes);
    if (out.checkError()) { // flushes
      throw new IOException("Standard output is closed");
    }
  }
}

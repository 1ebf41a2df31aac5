package dev.echo.demo;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The descriptors 0, 1 and 2. */
final class StandardStreams {

  private static final int TYPE = 0170000;
  private static final int CHARACTER_DEVICE = 0020000;

  private StandardStreams() {}

  /**
   * Returns standard input, or an empty stream if it was closed when the process started: the first
   * file that the JVM opens, its own classes, then has the descriptor.
   */
  static InputStream input() {
    Path input = Path.of("/dev/fd/0");
    Path classes = Path.of(System.getProperty("java.home"), "lib", "modules");
    try {
      return Files.isSameFile(input, classes) ? InputStream.nullInputStream() : System.in;
    } catch (IOException e) {
      return System.in; // Some systems have no /dev/fd, some JDKs no modules file
    }
  }

  /** Unlike {@link System#out}, reports why it fails, and writes each line in one piece. */
  static OutputStream output() {
    return new FileOutputStream(FileDescriptor.out);
  }

  static OutputStream errors() {
    return new FileOutputStream(FileDescriptor.err);
  }

  /** Returns whether both input and output are a terminal. */
  static boolean areInteractive() {
    return isTerminal(System.console());
  }

  /**
   * Returns whether a console is a terminal. Since JDK 22 there may be one without a terminal.
   *
   * @param console null if there is none
   */
  static boolean isTerminal(java.io.Console console) {
    if (console == null) {
      return false;
    }
    try {
      return (boolean) java.io.Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true; // older JDKs have none without a terminal
    }
  }

  /** Returns whether standard output or error goes to a terminal, wherever input comes from. */
  static boolean isTerminal(OutputStream out) {
    try {
      return out instanceof FileOutputStream file
          && (file.getFD() == FileDescriptor.out && isTerminal(Path.of("/dev/fd/1"))
              || file.getFD() == FileDescriptor.err && isTerminal(Path.of("/dev/fd/2")));
    } catch (IOException e) {
      return false; // whoever writes to it learns why
    }
  }

  private static boolean isTerminal(Path output) throws IOException {
    return Files.exists(output) // not on Windows
        && ((int) Files.getAttribute(output, "unix:mode") & TYPE) == CHARACTER_DEVICE;
  }

  /** Returns whether the terminal can go back in a line, as nearly all can. */
  static boolean hasCursor() {
    String terminal = System.getenv("TERM");
    return terminal != null && !terminal.equals("dumb");
  }

  /** Returns whether the terminal has more than ASCII. */
  static boolean areUtf8() {
    String encoding = System.getProperty("native.encoding");
    return "UTF-8".equalsIgnoreCase(System.getProperty("stdout.encoding", encoding));
  }
}

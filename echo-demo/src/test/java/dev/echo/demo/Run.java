package dev.echo.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** The result of one run of the program, in this process or a child. */
record Run(int status, String out, String err) {

  /** Runs the program in this process, without a terminal. */
  static Run of(String input, String... args) throws InterruptedException {
    return of(input, false, args);
  }

  static Run of(String input, boolean terminal, String... args) throws InterruptedException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        EchoDemo.run(new ByteArrayInputStream(input.getBytes(UTF_8)), out, err, terminal, args);
    return new Run(status, out.toString(UTF_8), err.toString(UTF_8));
  }

  /** Skips a test where the charset of file names is too small for servers on Unix sockets. */
  static void assumeUnixSockets() {
    try {
      Path.of("\ufffd");
    } catch (InvalidPathException e) {
      abort("Not all file names can be written in " + System.getProperty("sun.jnu.encoding"));
    }
  }

  void assertSucceeded() {
    assertEquals("", err);
    assertEquals(0, status);
  }

  /** Asserts the status, and that the only error is one readable line with these words. */
  void assertFailed(int expectedStatus, String... words) {
    assertEquals(expectedStatus, status, err);
    assertTrue(err.endsWith("\n") && err.indexOf('\n') == err.length() - 1, err);
    assertFalse(err.contains("Exception") || err.contains("dev.echo."), err);
    for (String word : words) {
      assertTrue(err.contains(word), () -> "\"" + word + "\" is missing in " + err);
    }
  }

  /** Asserts the output, with F for any fingerprint, N for any port and T for any time. */
  void assertPrinted(String... lines) {
    String printed = out.replaceAll("(?m)(\\p{XDigit}{2}:){31}\\p{XDigit}{2}$", "F")
        .replaceAll("(?m)(port |:)\\d+(?=\\)|$)", "$1N")
        .replaceAll("\\b\\d+\\.\\d{3} ms", "T");
    assertEquals(String.join("\n", lines) + "\n", printed);
  }
}

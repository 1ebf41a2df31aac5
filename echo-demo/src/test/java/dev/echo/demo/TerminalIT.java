package dev.echo.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The packaged jar at a terminal. */
class TerminalIT extends PackagedJarTest {

  @Test
  void promptsAtATerminal() throws Exception {
    try (DemoProcess process = startAtTerminal(DemoProcess.command(List.of()))) {
      process.listeningEndpoint();
      assertEquals("Type a line to send it, quit to end.", process.nextLine());

      process.type("hello\n");
      String line = process.nextLine();
      String echo = line.startsWith("HELLO") ? line : process.nextLine(); // after what was typed
      process.type("quit\n");
      Run ended = process.awaitEnd();

      assertTrue(echo.matches("(> )?HELLO \\(from port \\d+\\)  \\d+\\.\\d{3} ms"), echo);
      assertTrue((line + ended.out()).contains("> "), line + ended.out());
      assertEquals(0, ended.status());
    }
  }

  @Test
  void endsAtTheSecondEndOfInputAfterALastLineAtATerminal() throws Exception {
    try (DemoProcess process = startAtTerminal(DemoProcess.command(List.of()))) {
      process.listeningEndpoint();
      process.nextLine();

      process.type("x\u0004\u0004"); // the first one ends the line
      Run ended = process.awaitEnd();

      assertEquals(0, ended.status(), ended.out());
      assertTrue(ended.out().contains("\nX (from port "), ended.out());
    }
  }

  @Test
  void printsNoControlCharactersOnATerminalIfOnlyTheInputIsAPipe() throws Exception {
    List<String> command = DemoProcess.shell("printf '\\033[2J\\n' | \"$@\"", List.of(), "--plain");
    try (DemoProcess process = startAtTerminal(command)) {
      process.listeningEndpoint();

      String echo = process.nextLine();

      assertTrue(echo.startsWith("\\u001b[2J  "), echo);
    }
  }

  private static DemoProcess startAtTerminal(List<String> command) throws Exception {
    assumeTrue(hasScript(), "The command script of util-linux is not installed");
    String line = command.stream()
        .map(word -> "'" + word.replace("'", "'\\''") + "'")
        .collect(Collectors.joining(" "));
    return DemoProcess.startCommand(
        "script", "--quiet", "--return", "--command", line, "/dev/null");
  }

  private static boolean hasScript() throws Exception {
    try {
      Process process =
          new ProcessBuilder("script", "--version").redirectErrorStream(true).start();
      String version = new String(process.getInputStream().readAllBytes());
      return process.waitFor(10, TimeUnit.SECONDS) && version.contains("util-linux");
    } catch (IOException e) {
      return false;
    }
  }
}

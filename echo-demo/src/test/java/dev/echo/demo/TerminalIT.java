package dev.echo.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The packaged jar at a terminal. */
class TerminalIT extends PackagedJarTest {

  @Test
  void promptsAtATerminal() throws Exception {
    try (DemoProcess process =
        DemoProcess.startAtTerminal(Map.of(), DemoProcess.command(List.of()))) {
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
    try (DemoProcess process =
        DemoProcess.startAtTerminal(Map.of(), DemoProcess.command(List.of()))) {
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
    try (DemoProcess process = DemoProcess.startAtTerminal(Map.of(), command)) {
      process.listeningEndpoint();

      String echo = process.nextLine();

      assertTrue(echo.startsWith("\\u001b[2J  "), echo);
    }
  }
}

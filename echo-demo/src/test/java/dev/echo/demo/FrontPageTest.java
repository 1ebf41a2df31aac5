package dev.echo.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.echo.EchoServer;
import dev.echo.Endpoint;
import dev.echo.MessageTransformer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs the sessions on the front page of the Javadoc site; only numbers may differ. */
@Timeout(60)
class FrontPageTest {

  private static final Path PAGE = Path.of("../echo-core/src/main/javadoc/overview.html");
  private static final Pattern SESSION =
      Pattern.compile("<pre>\n\\$ java -jar echo-demo.jar(.*?)\n(.*?\n)</pre>", Pattern.DOTALL);

  private record Session(String arguments, String output) {}

  private static List<Session> sessions() throws Exception {
    return SESSION
        .matcher(Files.readString(PAGE))
        .results()
        .map(match -> new Session(match.group(1).strip(), match.group(2).replace("&gt;", ">")))
        .toList();
  }

  @Test
  void hasTheThreeSessions() throws Exception {
    assertEquals(
        List.of("serve udp://0.0.0.0:7007", "ping --count=5 udp://10.0.0.2:7007", ""),
        sessions().stream().map(Session::arguments).toList());
  }

  @Test
  void measuresThePath() throws Exception {
    try (EchoServer server = EchoServer.builder()
        .transformer(MessageTransformer.upperCase().andThen(MessageTransformer.appendSenderPort()))
        .start(Endpoint.udp(0))) {
      Session session = sessions().get(1);
      String[] arguments = session
          .arguments
          .replaceAll("udp:.*", "-i 100ms " + server.endpoint())
          .split(" ");

      Run run = Run.of("", arguments);

      run.assertSucceeded();
      assertEquals(withoutColumns(session.output), withoutColumns(run.out()));
    }
  }

  /** On a busy machine there are a column and two lines more. */
  private static String withoutColumns(String text) {
    String slow = "This machine, not the path, was slow:\nmessages were sent too late.\n";
    return withoutNumbers(text.replace(slow, ""))
        .replace(" response", "")
        .replaceAll("N( N)+", "N");
  }

  @Test
  void echoesAtTheConsole() throws Exception {
    Session session = sessions().get(2);
    String typed = session
        .output
        .lines()
        .filter(line -> line.startsWith("> "))
        .map(line -> line.substring(2) + "\n")
        .collect(Collectors.joining());

    Run run = Run.of(typed, true);

    run.assertSucceeded();
    // What is typed is not in the output, nor are the ends of those lines.
    assertEquals(
        withoutNumbers(session.output.replaceAll("(?m)^> .*\n", "> ")), withoutNumbers(run.out()));
  }

  private static String withoutNumbers(String text) {
    return text.replaceAll("[\\d.]+", "N").replaceAll(" +", " ").stripTrailing();
  }
}

package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** In which direction the packages of the library depend on each other. */
class LayoutTest {

  private static final Path SOURCES = Path.of("src", "main", "java");
  private static final Pattern IMPORT =
      Pattern.compile("(?m)^import (?:static )?((dev\\.echo[a-z.]*)\\.[A-Z]\\w*)");

  /** What each package may use besides itself. */
  private static final Map<String, Set<String>> MAY_USE = Map.of(
      "dev.echo", Set.of(),
      "dev.echo.probe",
          Set.of(
              "dev.echo",
              "dev.echo.internal",
              "dev.echo.internal.client",
              "dev.echo.internal.codec",
              "dev.echo.internal.tls"),
      "dev.echo.internal", Set.of("dev.echo"),
      "dev.echo.internal.faults", Set.of("dev.echo", "dev.echo.internal"),
      "dev.echo.internal.codec", Set.of("dev.echo", "dev.echo.internal"),
      "dev.echo.internal.tls", Set.of("dev.echo", "dev.echo.internal"),
      "dev.echo.internal.loop", Set.of("dev.echo", "dev.echo.internal"),
      "dev.echo.internal.server",
          Set.of(
              "dev.echo",
              "dev.echo.internal",
              "dev.echo.internal.codec",
              "dev.echo.internal.faults",
              "dev.echo.internal.tls",
              "dev.echo.internal.loop"),
      "dev.echo.internal.client",
          Set.of(
              "dev.echo", "dev.echo.internal", "dev.echo.internal.codec", "dev.echo.internal.tls"));

  /** Where the API's factories reach into the engine. */
  private static final Set<String> FACTORIES = Set.of(
      "EchoServer uses dev.echo.internal.server.ServerBuilder",
      "EchoClient uses dev.echo.internal.client.ClientBuilder",
      "MessageTransformer uses dev.echo.internal.codec.ByteTransformer",
      "QuitPredicate uses dev.echo.internal.codec.BytePredicate",
      "Endpoint uses dev.echo.internal.Hosts",
      "Peer uses dev.echo.internal.RemotePeer",
      "Fault uses dev.echo.internal.Settings",
      "Fault uses dev.echo.internal.faults.FaultStep",
      "Fault uses dev.echo.internal.faults.FaultSteps",
      "Fault uses dev.echo.internal.faults.FaultText",
      "FaultPlan uses dev.echo.internal.faults.FaultPlans",
      "FaultPlan uses dev.echo.internal.faults.SeededRules",
      "EchoRecorder uses dev.echo.internal.Settings",
      "EchoRecorder uses dev.echo.internal.Recording");

  @Test
  void dependsInOneDirection() throws IOException {
    List<String> wrong = new ArrayList<>();
    int files = 0;
    try (Stream<Path> all = Files.walk(SOURCES)) {
      for (Path file : all.filter(path -> path.toString().endsWith(".java")).toList()) {
        wrong.addAll(wrongUses(file));
        files++;
      }
    }

    assertEquals(List.of(), wrong);
    assertTrue(files > MAY_USE.size(), files + " files");
  }

  private static List<String> wrongUses(Path file) throws IOException {
    Path directory = SOURCES.relativize(file).getParent();
    if (directory == null) {
      return List.of(); // the module's
    }
    String own = directory.toString().replace(file.getFileSystem().getSeparator(), ".");
    Set<String> allowed = MAY_USE.get(own);
    String type = file.getFileName().toString().replace(".java", "");
    if (allowed == null) {
      return List.of(type + " is in " + own + ", of which this test does not know");
    }
    return IMPORT
        .matcher(Files.readString(file))
        .results()
        .filter(found -> !found.group(2).equals(own) && !allowed.contains(found.group(2)))
        .map(found -> type + " uses " + found.group(1))
        .filter(use -> !FACTORIES.contains(use))
        .toList();
  }
}

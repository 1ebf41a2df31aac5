package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadmeTest {

  @ParameterizedTest
  @ValueSource(
      strings = {"echo-core/src/main/java/dev/echo", "echo-demo/src/main/java/dev/echo/demo"})
  void hasALineForEachSourceFile(String directory) throws IOException {
    String readme = Files.readString(Path.of("..", "README.md"));
    String layout = readme.substring(readme.indexOf("| in `" + directory + "`"));
    List<String> names = names(Path.of("..", directory));

    assertTrue(names.size() > 10, "only " + names);
    assertEquals(
        List.of(),
        names.stream().filter(name -> !layout.contains("\n| `" + name + "`")).toList());
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".java") && !name.contains("-"))
          .map(name -> name.replace(".java", ""))
          .toList();
    }
  }
}

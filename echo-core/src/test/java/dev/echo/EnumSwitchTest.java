package dev.echo;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Code that may first run when there is no memory has no switch over an enum: the compiler puts its
 * table into a class, and one whose initialization fails stays unusable.
 */
class EnumSwitchTest {

  private static final Path INTERNAL = Path.of("target", "classes", "dev", "echo", "internal");

  @ParameterizedTest
  @ValueSource(strings = {"client", "faults", "server", "loop", "codec", "tls"})
  void isNotInTheEngine(String name) throws IOException {
    List<Path> classes;
    try (Stream<Path> files = Files.walk(INTERNAL.resolve(name))) {
      classes = files.filter(file -> file.toString().endsWith(".class")).toList();
    }

    assertFalse(classes.isEmpty());
    for (Path file : classes) {
      String bytes = new String(Files.readAllBytes(file), ISO_8859_1);
      assertFalse(bytes.contains("$SwitchMap$"), file::toString);
    }
  }
}

package dev.echo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The sockets and selectors that this process has open, where the system tells. */
final class Descriptors {

  private static final Path ALL = Path.of("/proc/self/fd");

  private Descriptors() {}

  /** What they are called, as {@code socket:[4711]}; nothing where the system does not tell. */
  static List<String> open() throws IOException {
    if (!Files.exists(ALL)) {
      return List.of();
    }
    try (Stream<Path> links = Files.list(ALL)) {
      return links
          .map(Descriptors::target)
          .filter(target -> target.startsWith("socket:") || target.startsWith("anon_inode:"))
          .sorted()
          .toList();
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return "closed"; // such as the one that lists them
    }
  }
}

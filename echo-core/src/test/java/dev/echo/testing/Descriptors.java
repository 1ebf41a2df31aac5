package dev.echo.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What a process has open, by the names that Linux gives it; elsewhere nothing is listed. */
public final class Descriptors {

  private Descriptors() {}

  /** All that a process has open, in the order of the alphabet. */
  public static List<String> of(long pid) throws IOException {
    List<Path> links;
    try (Stream<Path> all = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
      links = all.toList();
    } catch (NoSuchFileException e) {
      return List.of(); // no Linux
    }
    List<String> targets = new ArrayList<>();
    for (Path link : links) {
      try {
        targets.add(Files.readSymbolicLink(link).toString());
      } catch (NoSuchFileException e) {
        // It was closed since it was listed.
      }
    }
    targets.sort(null);
    return targets;
  }

  /**
   * What this process has open but files: sockets, selectors and what wakes them, pipes. Files are
   * the JVM's own affair, which opens its jars when it wants to.
   */
  public static List<String> withoutFiles() throws IOException {
    return of(ProcessHandle.current().pid()).stream()
        .filter(target -> !target.startsWith("/"))
        .toList();
  }

  /** The sockets of this process, by their numbers, and its selectors, which all have one name. */
  public static List<String> socketsAndSelectors() throws IOException {
    return withoutFiles().stream()
        .filter(target -> target.startsWith("socket:") || target.contains("[eventpoll]"))
        .toList();
  }
}

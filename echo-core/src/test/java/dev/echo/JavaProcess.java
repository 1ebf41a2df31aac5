package dev.echo;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Child JVMs with the classes of the test. */
final class JavaProcess {

  private JavaProcess() {}

  /** The command that runs a main class, behind a prefix, with only the compiled classes to read. */
  static List<String> command(List<String> prefix, Class<?> main, String... options) {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.add("-cp");
    command.add(Path.of("target", "classes").toAbsolutePath()
        + File.pathSeparator
        + Path.of("target", "test-classes").toAbsolutePath());
    command.add(main.getName());
    return command;
  }
}

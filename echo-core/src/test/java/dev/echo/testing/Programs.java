package dev.echo.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Programs of the system that a test starts by their names. */
public final class Programs {

  private Programs() {}

  /** Skips the test where there is no such program among those that {@code PATH} leads to. */
  public static void assumeInstalled(String name) {
    boolean isInstalled = Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, name)));
    assumeTrue(isInstalled, name + " is not installed");
  }
}

package dev.echo.demo;

import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Runs the packaged jar in child processes, some at once; each test has a folder of its own. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(120)
abstract class PackagedJarTest {

  /** The exit status after SIGTERM. */
  static final int SIGTERM = 128 + 15;

  @TempDir
  Path directory;

  /** Appends the path of a socket file to an endpoint without one. */
  String here(String endpoint) {
    return endpoint.equals("unix:") ? endpoint + socket() : endpoint;
  }

  Path socketFile() {
    return directory.resolve("echo.sock");
  }

  Path socket() {
    Run.assumeUnixSockets();
    return socketFile();
  }
}

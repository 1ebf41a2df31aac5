package dev.echo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The transports that the contract holds for. */
enum Transport {
  TCP,
  UDP,
  UNIX;

  /** An endpoint that is free. */
  Endpoint free() {
    return switch (this) {
      case TCP -> Endpoint.tcp(0);
      case UDP -> Endpoint.udp(0);
      case UNIX -> Endpoint.unix(freePath());
    };
  }

  static Path freePath() {
    try {
      Path directory = Files.createTempDirectory("echo");
      directory.toFile().deleteOnExit();
      return directory.resolve("echo.sock");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean isStream() {
    return this != UDP;
  }
}

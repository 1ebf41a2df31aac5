package dev.echo.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.echo.Endpoint;
import dev.echo.internal.Addresses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The transports that the contract holds for. */
public enum Transport {
  TCP,
  UDP,
  UNIX;

  private static final Queue<Path> DIRECTORIES = new ConcurrentLinkedQueue<>();

  /** An endpoint that is free. */
  public Endpoint free() {
    return switch (this) {
      case TCP -> Endpoint.tcp(0);
      case UDP -> Endpoint.udp(0);
      case UNIX -> Endpoint.unix(freePath());
    };
  }

  /** Skips the test where no server can listen on it. */
  public void assumeAvailable() {
    String encoding = System.getProperty("sun.jnu.encoding");
    assumeTrue(
        this != UNIX || Addresses.namesEveryFile(encoding),
        "not every file has a name in " + encoding);
  }

  /** Skips the test where the system is without IPv6. */
  public static void assumeIpv6() {
    boolean isOn;
    try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getByName("::1"))) {
      isOn = any.isBound();
    } catch (IOException e) {
      isOn = false;
    }
    assumeTrue(isOn, "IPv6 is off");
  }

  public static Path freePath() {
    UNIX.assumeAvailable();
    try {
      Path directory = Files.createTempDirectory("echo");
      directory.toFile().deleteOnExit(); // for tests without NoLeaks
      DIRECTORIES.add(directory);
      return directory.resolve("echo.sock");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Deletes what the free paths are in, which fails if a file was left there. */
  public static void deleteDirectories() throws IOException {
    for (Path next = DIRECTORIES.poll(); next != null; next = DIRECTORIES.poll()) {
      Files.delete(next);
    }
  }

  public boolean isStream() {
    return this != UDP;
  }
}

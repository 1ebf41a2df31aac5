package dev.echo;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.testing.Programs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A load balancer with the configuration of the documents, in a process of its own. */
final class Haproxy implements AutoCloseable {

  private static final Path PAGE = Path.of("src/main/java/dev/echo/doc-files/many.html");
  private static final Pattern CONFIGURATION =
      Pattern.compile("<pre>\\n(global\\n.*?)</pre>", Pattern.DOTALL);
  private static final int MAX_TRIES = 10;
  private static final int LIMIT_SECONDS = 20;

  private final Process process;
  final Endpoint endpoint;

  private Haproxy(Process process, Endpoint endpoint) {
    this.process = process;
    this.endpoint = endpoint;
  }

  /** Skips the test where it is not installed. */
  static void assumeInstalled() {
    Programs.assumeInstalled("haproxy");
  }

  /**
   * Starts it on a port that is free; another process may be faster, so it tries again.
   *
   * @param serverOptions in place of those of the documents, behind {@code check}
   */
  static Haproxy start(Path directory, String serverOptions, List<Endpoint> servers)
      throws Exception {
    for (int i = 0; i < MAX_TRIES; i++) {
      int port = freePort();
      Path file = directory.resolve("haproxy-" + port + ".cfg");
      Files.writeString(file, configuration(port, serverOptions, servers));
      Process process = new ProcessBuilder("haproxy", "-q", "-f", file.toString())
          .redirectErrorStream(true)
          .redirectOutput(directory.resolve("haproxy.log").toFile())
          .start();
      if (accepts(process, port)) {
        return new Haproxy(process, Endpoint.tcp(port));
      }
    }
    throw new IOException(
        "HAProxy does not start: " + Files.readString(directory.resolve("haproxy.log")));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static String configuration(int port, String options, List<Endpoint> servers)
      throws IOException {
    Matcher page = CONFIGURATION.matcher(Files.readString(PAGE));
    assertTrue(page.find(), "no configuration");
    StringBuilder text = new StringBuilder(page.group(1)
        .replaceAll("(?m)^    server .*\\n", "")
        .replace("bind 0.0.0.0:7007", "bind 127.0.0.1:" + port)
        .replace("maxconn 20000", "maxconn 1000") // for which there are descriptors
        .replaceAll("default-server check .*", "default-server check " + options));
    for (Endpoint server : servers) {
      String name = "s" + server.port();
      text.append("    server ").append(name).append(" 127.0.0.1:").append(server.port());
      text.append('\n');
    }
    return text.toString();
  }

  private static boolean accepts(Process process, int port) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (process.isAlive() && System.nanoTime() - end < 0) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return process.isAlive();
      } catch (IOException e) {
        Thread.onSpinWait();
      }
    }
    return false;
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().orTimeout(LIMIT_SECONDS, TimeUnit.SECONDS).join();
  }
}

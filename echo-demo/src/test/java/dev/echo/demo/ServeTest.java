package dev.echo.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.EchoClient;
import dev.echo.EchoServer;
import dev.echo.Endpoint;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server alone. */
@Isolated
class ServeTest {

  /** Kept, as the JDK forgets the settings of a logger that nobody refers to. */
  private static final Logger LOG = Logger.getLogger("dev.echo");

  @ParameterizedTest
  @ValueSource(strings = {"udp://127.0.0.1:0", "tcp://127.0.0.1:0"})
  void servesUntilTheQuitWord(String endpoint) throws Exception {
    InProcessServer server = InProcessServer.start(endpoint);

    Endpoint bound = Endpoint.parse(server.listeningEndpoint());
    try (EchoClient client = EchoClient.connect(bound)) {
      int port = client.localEndpoint().port();
      assertEquals(
          "HELLO (from port " + port + ")", client.send("hello").message().text());
      assertEquals("qUIT", client.send("qUIT").message().text());
    }

    server.awaitEnd().assertSucceeded();
  }

  @ParameterizedTest
  @ValueSource(strings = {"serve %s", "%s"})
  void reportsAPortInUse(String commandLine) throws Exception {
    for (Endpoint endpoint : new Endpoint[] {Endpoint.udp(0), Endpoint.tcp(0)}) {
      try (EchoServer other = EchoServer.start(endpoint)) {
        Run run = Run.of("hello\n", commandLine.formatted(other.endpoint()).split(" "));

        run.assertFailed(1, other.endpoint().toString(), "choose", "free port");
        assertEquals("", run.out());
      }
    }
  }

  @Test
  void reportsAnAddressOfAnotherMachine() throws Exception {
    Run run = Run.of("", "serve", "tcp://192.0.2.1:0"); // for documentation (RFC 5737)

    run.assertFailed(1, "tcp://192.0.2.1:0", "choose an address of this machine");
  }

  @Test
  void reportsAnUnknownHost() throws Exception {
    Run run = Run.of("hello\n", "udp://nosuchhost.invalid:7");

    run.assertFailed(1, "udp://nosuchhost.invalid:7: unknown host", "correct the name");
  }

  @Test
  void reportsAnExistingFile(@TempDir Path directory) throws Exception {
    Run.assumeUnixSockets();
    Path file = Files.createFile(directory.resolve("echo.sock"));

    Run run = Run.of("hello\n", "unix:" + file);

    run.assertFailed(1, file.toString(), "is no socket; choose another path\n");
  }

  @Test
  void reportsADanglingLink(@TempDir Path directory) throws Exception {
    Run.assumeUnixSockets();
    Path link = directory.resolve("echo.sock");
    Files.createSymbolicLink(link, directory.resolve("missing"));

    Run run = Run.of("hello\n", "unix:" + link);

    run.assertFailed(1, link.toString(), "; choose another path\n");
  }

  @Test
  void reportsAMissingDirectory(@TempDir Path directory) throws Exception {
    Run.assumeUnixSockets();
    Path file = directory.resolve("missing").resolve("echo.sock");

    Run run = Run.of("", "serve", "unix:" + file);

    run.assertFailed(1, file.toString(), "choose another path, in a directory");
  }

  @Test
  void reportsAnUnexpectedEndOfTheServer() throws Exception {
    InProcessServer server = InProcessServer.start("udp://127.0.0.1:0");
    String endpoint = server.listeningEndpoint();
    BlockingQueue<String> logged = new LinkedBlockingQueue<>();
    LOG.setFilter(line -> !logged.add(line.getMessage())); // so that it is not printed

    try {
      while (!server.hasEnded()) { // whatever its thread is doing
        interrupt("echo-server-udp-" + endpoint.substring("udp://".length()) + "-0");
      }

      Run run = server.awaitEnd();
      assertEquals(1, run.status());
      assertTrue(
          run.err().contains("echo-demo: The server at " + endpoint + " ended unexpectedly\n"));
      assertEquals("The event loop of " + endpoint + " died", logged.poll(20, TimeUnit.SECONDS));
    } finally {
      LOG.setFilter(null);
    }
  }

  private static void interrupt(String name) {
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().equals(name)) {
        thread.interrupt();
      }
    }
  }

  @Test
  void printsNoNamesOfPeers(@TempDir Path directory) throws Exception {
    Run.assumeUnixSockets();
    InProcessServer server = InProcessServer.start("unix:" + directory.resolve("echo.sock"));
    Path name = directory.resolve("a\necho-demo: forged\u001b[31m\u202e");
    Endpoint.Unix endpoint = (Endpoint.Unix) Endpoint.parse(server.listeningEndpoint());

    try (SocketChannel peer = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      peer.bind(UnixDomainSocketAddress.of(name));
      peer.connect(endpoint.address());
      peer.write(ByteBuffer.wrap("x".repeat(3000).getBytes(UTF_8)));
      assertEquals(-1, peer.read(ByteBuffer.allocate(100)));
    }
    try (EchoClient client = EchoClient.connect(endpoint)) {
      client.send("quit");
    }

    Run run = server.awaitEnd();
    run.assertFailed(0, "Message from unix: has at least");
    assertFalse(run.err().contains("forged"), run.err());
  }
}

package dev.echo.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.EchoClient;
import dev.echo.EchoServer;
import dev.echo.Endpoint;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How the packaged jar ends: by the quit word, a signal, or its other side. */
class EndIT extends PackagedJarTest {

  @Test
  void endsTheServerAtTheQuitWord() throws Exception {
    try (DemoProcess server = DemoProcess.start("serve", "--stop-on-quit", "tcp://127.0.0.1:0")) {
      Run client = DemoProcess.run("quit\n", "connect", server.listeningEndpoint());

      client.assertSucceeded();
      server.awaitEnd().assertSucceeded();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "serve, udp://127.0.0.1:0",
    "serve, tcp://127.0.0.1:0",
    "serve, unix:",
    "--plain, udp://127.0.0.1:0",
    "--plain, tcp://127.0.0.1:0",
    "--plain, unix:"
  })
  void endsOnSigterm(String first, String endpoint) throws Exception {
    try (DemoProcess process = DemoProcess.start(first, here(endpoint))) {
      Endpoint bound = Endpoint.parse(process.listeningEndpoint());
      try (EchoClient client = EchoClient.connect(bound)) {
        client.send("hello");

        process.terminate();
        Run ended = process.awaitEnd();

        assertEquals(SIGTERM, ended.status());
        assertEquals("", ended.err());
        assertFalse(Files.exists(socketFile()));
      }
    }
  }

  @Test
  void endsOnSigtermThoughAPeerDoesNotRead() throws Exception {
    try (DemoProcess process = DemoProcess.start("serve", "tcp://127.0.0.1:0");
        SocketChannel peer = SocketChannel.open(address(process.listeningEndpoint()))) {
      sendUntilItBlocks(peer);

      process.terminate();
      Run ended = process.awaitEnd();

      assertEquals(SIGTERM, ended.status());
      assertEquals("", ended.err());
    }
  }

  private static void sendUntilItBlocks(SocketChannel peer) throws IOException {
    ByteBuffer lines = ByteBuffer.wrap("hello\n".repeat(10_000).getBytes(UTF_8));
    peer.configureBlocking(false);
    try (Selector selector = Selector.open()) {
      peer.register(selector, SelectionKey.OP_WRITE);
      while (selector.select(500) > 0) {
        selector.selectedKeys().clear();
        peer.write(lines);
        if (!lines.hasRemaining()) {
          lines.rewind();
        }
      }
    }
  }

  private static SocketAddress address(String endpoint) {
    return ((Endpoint.Tcp) Endpoint.parse(endpoint)).address();
  }

  @Test
  void closesAServerThatStartsAfterSigterm() throws Exception {
    Path file = socket();
    try (DemoProcess process =
        DemoProcess.startMain(StartInShutdownHook.class, List.of(), "serve", "unix:" + file)) {
      assertEquals("unix:" + file, process.listeningEndpoint());

      process.awaitEnd().assertSucceeded();
      assertFalse(Files.exists(file));
    }
  }

  @Test
  void leavesNoFileIfItEndsWhileTheKeytoolRuns() throws Exception {
    FakeKeytool jdk = FakeKeytool.in(directory, """
        while [ "$1" != -keystore ]; do shift; done
        echo key >"$2"
        kill $PPID
        read line # of a pipe that ends with the parent
        """);
    Path temporary = Files.createDirectory(directory.resolve("temporary"));
    try (DemoProcess process = DemoProcess.startMain(
        CreateCertificate.class,
        List.of("-Djava.io.tmpdir=" + temporary),
        jdk.home().toString())) {
      Run run = process.awaitEnd();

      assertEquals(SIGTERM, run.status(), run.err());
      assertArrayEquals(new String[0], temporary.toFile().list());
    }
  }

  @RepeatedTest(5)
  void reportsNoFailureOfItsClientAfterSigterm() throws Exception {
    try (DemoProcess process = DemoProcess.start("unix:" + socket())) {
      process.listeningEndpoint();

      process.terminate(); // while the client is about to connect
      Run run = process.awaitEnd();

      assertEquals("", run.err());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"udp://127.0.0.1:0", "tcp://127.0.0.1:0", "unix:"})
  void endsWhenAnotherClientEndsItsServer(String endpoint) throws Exception {
    try (DemoProcess process = DemoProcess.start(here(endpoint));
        EchoClient other = EchoClient.connect(Endpoint.parse(process.listeningEndpoint()))) {
      process.type("hello\n");
      assertTrue(process.nextLine().startsWith("HELLO"));

      other.send("quit");
      Run run = process.awaitEnd(); // its input stays open

      run.assertFailed(0, "The server has ended\n");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp://127.0.0.1:0", "unix:"})
  void endsWhenTheServerCloses(String endpoint) throws Exception {
    EchoServer server = EchoServer.start(Endpoint.parse(here(endpoint)));
    try (DemoProcess client = DemoProcess.start("connect", server.endpoint().toString())) {
      client.type("hello\n");
      assertTrue(client.nextLine().startsWith("hello"));

      server.close();
      Run run = client.awaitEnd(); // its input stays open

      run.assertFailed(1, "was closed by the peer\n");
    } finally {
      server.close();
    }
  }
}

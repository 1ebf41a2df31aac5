package dev.echo.demo;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.echo.EchoClient;
import dev.echo.EchoServer;
import dev.echo.Endpoint;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The packaged jar in child processes. */
@Timeout(120)
class PackagedJarIT {

  private static final int SIGTERM = 128 + 15;

  @TempDir
  Path directory;

  private final String socketName = "echo.sock";

  @Test
  void echoesItsInput() throws Exception {
    Run run = DemoProcess.run("hello\nquit\n");

    run.assertSucceeded();
    run.assertPrinted("Listening on udp://127.0.0.1:N", "HELLO (from port N)  T");
  }

  @Test
  void echoesItsInputOverTcp() throws Exception {
    Run run = DemoProcess.run("hello\nquit\n", "tcp://127.0.0.1:0");

    run.assertSucceeded();
    run.assertPrinted("Listening on tcp://127.0.0.1:N", "HELLO (from port N)  T");
  }

  @Test
  void echoesItsInputOverUnixSockets() throws Exception {
    Path file = directory.resolve(socketName);

    Run run = DemoProcess.run("hello\nquit\n", "unix:" + file);

    run.assertSucceeded();
    run.assertPrinted("Listening on unix:" + file, "HELLO  T");
    assertFalse(Files.exists(file));
  }

  @Test
  void endsAtTheEndOfItsInput() throws Exception {
    Run run = DemoProcess.run("hello", "tcp://127.0.0.1:0");

    run.assertSucceeded();
    run.assertPrinted("Listening on tcp://127.0.0.1:N", "HELLO (from port N)  T");
  }

  @Test
  void readsAndPrintsUtf8WhateverThePlatformsCharset() throws Exception {
    assumeTrue(
        US_ASCII.newEncoder().canEncode(DemoProcess.jar()), "An ASCII JVM can't open the jar here");
    Map<String, String> ascii = Map.of("LC_ALL", "C");
    List<String> jvmOptions =
        List.of("-Dfile.encoding=US-ASCII", "-Dsun.stdout.encoding=US-ASCII", "-Duser.language=de");

    Run run = DemoProcess.run(ascii, jvmOptions, "h\u00f6he \u4f60\u597d \ud83d\ude80\nquit\n");

    run.assertSucceeded();
    run.assertPrinted(
        "Listening on udp://127.0.0.1:N", "H\u00d6HE \u4f60\u597d \ud83d\ude80 (from port N)  T");
  }

  @ParameterizedTest
  @ValueSource(strings = {"udp://127.0.0.1:0", "tcp://127.0.0.1:0", "unix:"})
  void servesAndConnectsAsTwoProcesses(String endpoint) throws Exception {
    try (DemoProcess server = DemoProcess.start("serve", here(endpoint));
        DemoProcess client = DemoProcess.start("connect", server.listeningEndpoint())) {

      client.type("hello\n");
      assertTrue(client.nextLine().startsWith("HELLO"));
      client.type("QUIT\n");
      Run ended = client.awaitEnd();

      ended.assertSucceeded();
      assertEquals("", ended.out());
      assertTrue(server.isAlive(), "The server ended with the client");
    }
  }

  @Test
  void servesOverTlsAndLeavesNoFileBehind() throws Exception {
    List<String> temporaryFilesHere = List.of("-Djava.io.tmpdir=" + directory);
    try (DemoProcess server = DemoProcess.start(temporaryFilesHere, "serve", "tls://127.0.0.1:0")) {
      String endpoint = server.listeningEndpoint();
      String fingerprint = server.fingerprint();
      assertArrayEquals(new String[0], directory.toFile().list());

      Run client = DemoProcess.run("hello\n", "connect", "--fingerprint", fingerprint, endpoint);
      server.terminate();

      client.assertSucceeded();
      client.assertPrinted("HELLO (from port N)  T");
      assertEquals("", server.awaitEnd().err());
    }
  }

  @Test
  void readsPasswordsFromTheEnvironment() throws Exception {
    Stores stores = Stores.create(directory);
    Map<String, String> passwords = Map.of(
        "ECHO_KEYSTORE_PASSWORD", Stores.PASSWORD, "ECHO_TRUSTSTORE_PASSWORD", Stores.PASSWORD);
    String options = "%s --keystore=@%s --truststore=@trust.p12 %s";
    try (DemoProcess server = DemoProcess.start(
            passwords,
            stores.commandLine(options.formatted("serve", "server.p12", "tls://127.0.0.1:0")));
        DemoProcess client = DemoProcess.start(
            passwords,
            stores.commandLine(
                options.formatted("connect", "client.p12", server.listeningEndpoint())))) {
      client.type("hello\nquit\n");

      Run ended = client.awaitEnd();

      ended.assertSucceeded();
      ended.assertPrinted("HELLO (from port N)  T");
    }
  }

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
        assertFalse(Files.exists(directory.resolve(socketName)));
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

  @ParameterizedTest
  @ValueSource(strings = {"udp://127.0.0.1:0", "tcp://127.0.0.1:0"})
  void reportsAPortInUse(String endpoint) throws Exception {
    try (EchoServer other = EchoServer.start(Endpoint.parse(endpoint))) {
      Run run = DemoProcess.run("hello\n", other.endpoint().toString());

      run.assertFailed(1, other.endpoint().toString(), "choose", "free port");
    }
  }

  @Test
  void reportsASocketFileInUse() throws Exception {
    Endpoint endpoint = Endpoint.unix(socket());
    try (EchoServer other = EchoServer.start(endpoint)) {
      Run run = DemoProcess.run("", "serve", other.endpoint().toString());

      run.assertFailed(1, endpoint.toString(), "choose another path");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"udp", "tcp"})
  void reportsThatNothingListens(String scheme) throws Exception {
    try (RefusingPort port = RefusingPort.open(scheme)) {
      Run run = DemoProcess.run("hello\n", "connect", port.endpoint());

      run.assertFailed(1, port.endpoint(), "start a server there");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"serve", "connect"})
  void reportsAnUnknownHost(String command) throws Exception {
    Run run = DemoProcess.run("hello\n", command, "tcp://nosuchhost.invalid:7");

    run.assertFailed(1, "nosuchhost.invalid", "correct the name");
  }

  @Test
  void refusesABadEndpoint() throws Exception {
    Run run = DemoProcess.run("hello\n", "http://127.0.0.1");

    run.assertFailed(2, "http://127.0.0.1", "--help");
    assertEquals("", run.out());
  }

  @Test
  void reportsALineThatIsTooLongAndContinues() throws Exception {
    Run run = DemoProcess.run("x".repeat(2049) + "\nhello\nquit\n");

    run.assertFailed(1, "2049 bytes", "2048", "raise --buffer-size");
    run.assertPrinted("Listening on udp://127.0.0.1:N", "HELLO (from port N)  T");
  }

  @Test
  void skipsALineThatIsLargerThanItsHeap() throws Exception {
    try (DemoProcess process = DemoProcess.start(List.of("-Xmx16m"))) {
      byte[] megabyte = "x".repeat(1 << 20).getBytes();
      for (int i = 0; i < 32; i++) {
        process.input().write(megabyte);
      }
      process.type("\nhello\nquit\n");

      Run run = process.awaitEnd();

      run.assertFailed(1, "A line has " + (32 << 20) + " bytes");
      run.assertPrinted("Listening on udp://127.0.0.1:N", "HELLO (from port N)  T");
    }
  }

  @Test
  void printsItsVersion() throws Exception {
    Run run = DemoProcess.run("", "--version");

    run.assertSucceeded();
    assertTrue(run.out().matches("echo-demo \\d+\\.\\d+\\.\\d+\\S*\n"), run.out());
  }

  @Test
  void helps() throws Exception {
    Run run = DemoProcess.run("", "--help");

    run.assertSucceeded();
    assertTrue(run.out().startsWith("Usage: echo-demo "), run.out());
    assertTrue(run.out().contains("--buffer-size=BYTES"), run.out());
    assertFalse(run.out().contains("\u001b"), run.out());
  }

  @Test
  void promptsAtATerminal() throws Exception {
    try (DemoProcess process = startAtTerminal(DemoProcess.command(List.of()))) {
      process.listeningEndpoint();
      assertEquals("Type a line to send it, quit to end.", process.nextLine());

      process.type("hello\n");
      String line = process.nextLine();
      String echo = line.startsWith("HELLO") ? line : process.nextLine(); // after what was typed
      process.type("quit\n");
      Run ended = process.awaitEnd();

      assertTrue(echo.matches("(> )?HELLO \\(from port \\d+\\)  \\d+\\.\\d{3} ms"), echo);
      assertTrue((line + ended.out()).contains("> "), line + ended.out());
      assertEquals(0, ended.status());
    }
  }

  @Test
  void endsAtTheSecondEndOfInputAfterALastLineAtATerminal() throws Exception {
    try (DemoProcess process = startAtTerminal(DemoProcess.command(List.of()))) {
      process.listeningEndpoint();
      process.nextLine();

      process.type("x\u0004\u0004"); // the first one ends the line
      Run ended = process.awaitEnd();

      assertEquals(0, ended.status(), ended.out());
      assertTrue(ended.out().contains("\nX (from port "), ended.out());
    }
  }

  @Test
  void printsNoControlCharactersOnATerminalIfOnlyTheInputIsAPipe() throws Exception {
    List<String> command = DemoProcess.shell("printf '\\033[2J\\n' | \"$@\"", List.of(), "--plain");
    try (DemoProcess process = startAtTerminal(command)) {
      process.listeningEndpoint();

      String echo = process.nextLine();

      assertTrue(echo.startsWith("\\u001b[2J  "), echo);
    }
  }

  @Test
  void treatsAClosedStandardInputAsEmpty() throws Exception {
    try (DemoProcess process = DemoProcess.startRedirected("<&-", "tcp://127.0.0.1:0")) {
      Run run = process.awaitEnd();

      run.assertSucceeded();
      run.assertPrinted("Listening on tcp://127.0.0.1:N");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "--help", "--version"})
  void failsIfItsOutputIsClosedOrFull(String option) throws Exception {
    for (String redirection : new String[] {">&-", ">/dev/full"}) {
      String[] args = option.isEmpty() ? new String[0] : new String[] {option};
      try (DemoProcess process = DemoProcess.startRedirected(redirection, args)) {
        process.awaitEnd().assertFailed(1, "Standard output: ");
      }
    }
  }

  @Test
  void reportsAFullHeapInOneLine() throws Exception {
    try (DemoProcess process =
        DemoProcess.start(List.of("-Xmx16m"), "-b", "1000000000", "tcp://127.0.0.1:0")) {
      byte[] megabyte = "x".repeat(1 << 20).getBytes();
      try {
        for (int i = 0; i < 32; i++) {
          process.input().write(megabyte);
        }
        process.endInput();
      } catch (IOException e) {
        // It ended before its input.
      }

      process.awaitEnd().assertFailed(1, "Out of memory");
    }
  }

  @Test
  void servesOrEndsAfterPeersHaveFilledItsHeap() throws Exception {
    List<Socket> peers = new ArrayList<>();
    try (DemoProcess process = DemoProcess.start(
        List.of("-Xmx24m"), "serve", "--buffer-size=65536", "tcp://127.0.0.1:0")) {
      Endpoint.Tcp server = (Endpoint.Tcp) Endpoint.parse(process.listeningEndpoint());
      sendUnfinishedLines(server, peers);

      boolean served = false;
      try (EchoClient client = EchoClient.connect(server)) {
        served = client.send("hello").message().text().startsWith("HELLO");
      } catch (IOException e) {
        // Its end is awaited below.
      }

      if (served) {
        process.terminate();
      }
      Run run = process.awaitEnd();
      assertEquals(served ? SIGTERM : 1, run.status());
      assertTrue(run.err().lines().allMatch(line -> line.startsWith("echo-demo: ")), run.err());
    } finally {
      for (Socket peer : peers) {
        peer.close();
      }
    }
  }

  private static void sendUnfinishedLines(Endpoint.Tcp server, List<Socket> peers) {
    byte[] line = new byte[60_000];
    try {
      for (int i = 0; i < 800; i++) {
        Socket peer = new Socket();
        peers.add(peer);
        peer.connect(server.address(), 1000);
        peer.getOutputStream().write(line);
      }
    } catch (IOException e) {
      // It refuses more, or has ended.
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 9})
  void failsWithoutAStackTraceForLackOfDescriptors(int limit) throws Exception {
    List<String> command =
        DemoProcess.shell("ulimit -n " + limit + "; exec \"$@\"", List.of(), "tcp://127.0.0.1:0");
    try (DemoProcess process = DemoProcess.startCommand(command.toArray(String[]::new))) {
      Run run = process.awaitEnd();

      assertEquals(1, run.status(), run.err());
      assertTrue(run.err().lines().allMatch(line -> line.startsWith("echo-demo: ")), run.err());
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

  @Test
  void sumsUpRepeatedFailures() throws Exception {
    try (DemoProcess process = DemoProcess.start("serve");
        DatagramSocket peer = new DatagramSocket()) {
      Endpoint.Udp server = (Endpoint.Udp) Endpoint.parse(process.listeningEndpoint());
      DatagramPacket tooLarge = new DatagramPacket(new byte[3000], 3000, server.address());
      try (EchoClient client = EchoClient.connect(server)) {
        for (int i = 0; i < 200; i++) {
          peer.send(tooLarge);
          client.send("hello"); // answered after the failure
        }
      }
      process.terminate();
      Run run = process.awaitEnd();

      String line = "echo-demo: Message from udp://\\S+ has at least \\d+ bytes, the limit is 2048";
      String more = " \\(and \\d+ more like it in \\d+ s\\)";
      // If its thread starts late, the first one is summed up with those that follow.
      assertTrue(run.err().matches("(" + line + "(" + more + ")?\n){1,2}"), run.err());
      assertTrue(run.err().contains(" more like it in "), run.err());
    }
  }

  @Test
  void servesAndEndsWhileStandardErrorIsFull() throws Exception {
    try (DemoProcess process = DemoProcess.startWithFullErrorPipe("serve", "tcp://127.0.0.1:0")) {
      Endpoint server = Endpoint.parse(process.listeningEndpoint());
      for (int i = 0; i < 3; i++) {
        try (EchoClient peer = EchoClient.connect(server)) {
          assertThrows(IOException.class, () -> peer.send("x".repeat(3000)));
        }
      }

      try (EchoClient client = EchoClient.connect(server)) {
        assertTrue(client.send("hello").message().text().startsWith("HELLO"));
      }
      process.terminate();

      assertEquals(SIGTERM, process.awaitEnd().status());
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

  @Test
  void reportsAMissingTemporaryDirectory() throws Exception {
    List<String> nowhere = List.of("-Djava.io.tmpdir=" + directory.resolve("none"));

    Run run = DemoProcess.run(nowhere, "", "tls://127.0.0.1:0");

    assertEquals(1, run.status());
    // Newer JDKs print a warning before.
    String last = run.err().substring(run.err().indexOf("echo-demo: "));
    assertTrue(last.contains("none/echo-demo"), last);
    assertTrue(last.endsWith(": no such file or directory; provide one with --keystore\n"), last);
  }

  @Test
  void reportsAFullDiskWhileItCreatesACertificate() throws Exception {
    String script = "ulimit -f 0; exec \"$@\""; // no file may have any content
    List<String> command =
        DemoProcess.shell(script, List.of("-XX:-UsePerfData"), "tls://127.0.0.1:0");
    try (DemoProcess process = DemoProcess.startCommand(command.toArray(String[]::new))) {
      Run run = process.awaitEnd();

      run.assertFailed(1, "keytool created no certificate for tls://127.0.0.1:0: ", "--keystore");
      assertFalse(run.err().contains(": ;"), run.err());
    }
  }

  @Test
  void printsAsciiDigitsInEveryLanguage() throws Exception {
    List<String> egypt = List.of("-Duser.language=ar", "-Duser.country=EG");

    Run run = DemoProcess.run(egypt, "a\r\r\nquit\n", "tcp://127.0.0.1:0");

    run.assertFailed(1, "byte 1 of 2 is a carriage return");
    run.assertPrinted("Listening on tcp://127.0.0.1:N");
  }

  private static DemoProcess startAtTerminal(List<String> command) throws Exception {
    assumeTrue(hasScript(), "The command script of util-linux is not installed");
    String line = command.stream()
        .map(word -> "'" + word.replace("'", "'\\''") + "'")
        .collect(Collectors.joining(" "));
    return DemoProcess.startCommand(
        "script", "--quiet", "--return", "--command", line, "/dev/null");
  }

  private static boolean hasScript() throws Exception {
    try {
      Process process =
          new ProcessBuilder("script", "--version").redirectErrorStream(true).start();
      String version = new String(process.getInputStream().readAllBytes());
      return process.waitFor(10, TimeUnit.SECONDS) && version.contains("util-linux");
    } catch (IOException e) {
      return false;
    }
  }

  /** Appends the path of a socket file to an endpoint without one. */
  private String here(String endpoint) {
    return endpoint.equals("unix:") ? endpoint + socket() : endpoint;
  }

  private Path socket() {
    Run.assumeUnixSockets();
    return directory.resolve(socketName);
  }
}

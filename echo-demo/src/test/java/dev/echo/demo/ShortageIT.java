package dev.echo.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.EchoClient;
import dev.echo.Endpoint;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The packaged jar without memory, descriptors, room on disk, or an open input or output. */
class ShortageIT extends PackagedJarTest {

  @Test
  void skipsALineThatIsLargerThanItsHeap() throws Exception {
    try (DemoProcess process = DemoProcess.start(List.of("-Xmx16m"))) {
      byte[] megabyte = "x".repeat(1 << 20).getBytes();
      for (int i = 0; i < 32; i++) {
        process.input().write(megabyte);
      }
      process.type("\nhello\nquit\n");

      Run run = process.awaitEnd();

      run.assertFailed(1, ": It has " + (32 << 20) + " bytes");
      run.assertPrinted("Listening on udp://127.0.0.1:N", "HELLO (from port N)  T");
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
}

package dev.echo.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.EchoClient;
import dev.echo.EchoServer;
import dev.echo.Endpoint;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the packaged jar reports when something fails. */
class FailureIT extends PackagedJarTest {

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
  void printsAsciiDigitsInEveryLanguage() throws Exception {
    List<String> egypt = List.of("-Duser.language=ar", "-Duser.country=EG");

    Run run = DemoProcess.run(egypt, "a\r\r\nquit\n", "tcp://127.0.0.1:0");

    run.assertFailed(1, "byte 1 of 2 is a carriage return");
    run.assertPrinted("Listening on tcp://127.0.0.1:N");
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
  void reportsAMissingTemporaryDirectory() throws Exception {
    List<String> nowhere = List.of("-Djava.io.tmpdir=" + directory.resolve("none"));

    Run run = DemoProcess.run(nowhere, "", "tls://127.0.0.1:0");

    assertEquals(1, run.status());
    // Newer JDKs print a warning before.
    String last = run.err().substring(run.err().indexOf("echo-demo: "));
    assertTrue(last.contains("none/echo-demo"), last);
    assertTrue(last.endsWith(": no such file or directory; provide one with --keystore\n"), last);
  }
}

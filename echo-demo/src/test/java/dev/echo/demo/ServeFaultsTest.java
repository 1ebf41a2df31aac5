package dev.echo.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.EchoClient;
import dev.echo.Endpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server with faults, what it prints of them, and its totals. */
@Timeout(60)
class ServeFaultsTest {

  @Test
  void printsAndCountsWhatHappensOverTcp() throws Exception {
    InProcessServer server = InProcessServer.start(
        "-v", "--plain", "--faults=none,delay=1ms,reset@3", "--seed=42", "tcp://127.0.0.1:0");
    Endpoint endpoint = Endpoint.parse(server.listeningEndpoint());
    String faults = server.nextLine();

    try (EchoClient client = EchoClient.connect(endpoint)) {
      client.send("one");
      client.send("two");
      assertThrows(IOException.class, () -> client.send("three"));
    }
    try (EchoClient client = EchoClient.connect(endpoint)) {
      client.send("quit");
    }

    Run run = server.awaitEnd();
    run.assertSucceeded();
    assertEquals("Faults: none,delay=1ms,reset@3", faults);
    assertEquals(
        List.of(
            "1 opened: tcp://127.0.0.1:N",
            "1#1 \"one\" → \"one\"",
            "1#2 \"two\" → \"two\"",
            "1#2 fault: delay=1ms",
            "1#3 \"three\" → \"three\"",
            "1#3 fault: reset@3",
            "1 closed: fault",
            "2 opened: tcp://127.0.0.1:N",
            "2#1 \"quit\" → \"quit\" (quit)",
            "2 closed: quit",
            "2 connections, 4 messages, 15 bytes in, 15 bytes out, 2 faults"),
        withoutPorts(run));
  }

  @Test
  void printsAndCountsWhatHappensOverUdp() throws Exception {
    InProcessServer server = InProcessServer.start("-v", "--plain", "--faults=none,delay=1ms");
    Endpoint endpoint = Endpoint.parse(server.listeningEndpoint());
    server.nextLine();

    try (EchoClient client = EchoClient.connect(endpoint)) {
      client.send("one");
      client.send("two");
      client.send("quit");
    }

    Run run = server.awaitEnd();
    run.assertSucceeded();
    assertEquals(
        List.of(
            "1#1 udp://127.0.0.1:N \"one\" → \"one\"",
            "1#2 udp://127.0.0.1:N \"two\" → \"two\"",
            "1#2 fault: delay=1ms",
            "1#3 udp://127.0.0.1:N \"quit\" → \"quit\" (quit)",
            "3 messages, 10 bytes in, 10 bytes out, 1 fault"),
        withoutPorts(run));
  }

  @Test
  void printsErrorsOverUnixSockets(@TempDir Path directory) throws Exception {
    Run.assumeUnixSockets();
    InProcessServer server =
        InProcessServer.start("--verbose", "-b", "4", "unix:" + directory.resolve("echo.sock"));
    Endpoint endpoint = Endpoint.parse(server.listeningEndpoint());

    try (EchoClient client = EchoClient.connect(endpoint)) {
      assertThrows(IOException.class, () -> client.send("large"));
    }
    try (EchoClient client = EchoClient.connect(endpoint)) {
      client.send("quit");
    }

    List<String> lines = server.awaitEnd().out().lines().toList();
    assertEquals("1 opened: unix:", lines.get(0));
    assertTrue(
        lines.get(1).matches("1 error: Message from unix: has .* 5 bytes, the limit is 4"),
        lines.get(1));
    assertEquals("1 closed: message too large", lines.get(2));
    assertEquals(
        "2 connections, 1 message, 4 bytes in, 4 bytes out, 1 not answered, 1 error",
        lines.get(lines.size() - 1));
  }

  @Test
  void printsTotalsAlone() throws Exception {
    InProcessServer server = InProcessServer.start("tcp://127.0.0.1:0");
    Endpoint endpoint = Endpoint.parse(server.listeningEndpoint());

    try (EchoClient client = EchoClient.connect(endpoint)) {
      client.send("quit");
    }

    Run run = server.awaitEnd();
    run.assertSucceeded();
    assertEquals("1 connection, 1 message, 4 bytes in, 4 bytes out\n", run.out());
  }

  @Test
  void drawsTheSameFaultsByThePrintedSeed() throws Exception {
    String random = "--faults=50%duplicate=1,50%delay=0ms..9us";
    Run first = runOverUdp(random);
    String seed = first.out().lines().findFirst().orElseThrow().split(", seed ")[1];

    Run again = runOverUdp(random, "--seed=" + seed);
    Run other = runOverUdp(random, "--seed=-" + seed);

    assertTrue(faultsOf(first).size() > 10, first.out());
    assertEquals(faultsOf(first), faultsOf(again));
    assertNotEquals(faultsOf(first), faultsOf(other));
  }

  private static Run runOverUdp(String... options) throws Exception {
    String[] all = new String[options.length + 1];
    all[0] = "-v";
    System.arraycopy(options, 0, all, 1, options.length);
    InProcessServer server = InProcessServer.start(all);
    Endpoint endpoint = Endpoint.parse(server.listeningEndpoint());
    String faults = server.nextLine();
    try (EchoClient client = EchoClient.connect(endpoint)) {
      for (int i = 0; i < 40; i++) {
        client.send("message " + i);
      }
      client.send("quit");
    }
    Run run = server.awaitEnd();
    run.assertSucceeded();
    return new Run(run.status(), faults + "\n" + run.out(), run.err());
  }

  private static List<String> faultsOf(Run run) {
    return run.out().lines().filter(line -> line.contains(" fault: ")).toList();
  }

  @Test
  void printsTheFaultsBehindTheCertificate() throws Exception {
    Run run = Run.of("quit\n", "--faults=5%close", "--seed=7", "tls://127.0.0.1:0");

    run.assertSucceeded();
    run.assertPrinted(
        "Listening on tls://127.0.0.1:N", "Certificate SHA-256 F", "Faults: 5%close, seed 7");
  }

  @Test
  void failsTheClientOfTheSameProcess() throws Exception {
    Run run =
        Run.of("one\ntwo\n", "--plain", "--faults=none,close@2", "--seed=7", "tcp://127.0.0.1:0");

    assertEquals(1, run.status());
    assertTrue(run.err().contains("a reply cut after 2 bytes\n"), run.err());
    assertFalse(run.err().contains("buffer-size"), run.err());
    run.assertPrinted("Listening on tcp://127.0.0.1:N", "Faults: none,close@2", "one  T");
  }

  private static List<String> withoutPorts(Run run) {
    return run.out().replaceAll("(\\w+://127\\.0\\.0\\.1:)\\d+", "$1N").lines().toList();
  }
}

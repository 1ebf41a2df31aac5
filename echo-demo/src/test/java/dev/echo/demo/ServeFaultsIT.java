package dev.echo.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.echo.Echo;
import dev.echo.EchoClient;
import dev.echo.Endpoint;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The packaged jar with faults, events and totals, in child processes. */
class ServeFaultsIT extends PackagedJarTest {

  @ParameterizedTest
  @CsvSource({
    "tcp://127.0.0.1:0, '1 connection, '",
    "udp://127.0.0.1:0, ''",
    "unix:, '1 connection, '"
  })
  void printsTotalsOnSigterm(String endpoint, String connections) throws Exception {
    try (DemoProcess server = DemoProcess.start(
        "serve", "--plain", "--faults=none,delay=1ms", "--seed=4", here(endpoint))) {
      Endpoint bound = Endpoint.parse(server.listeningEndpoint());
      assertEquals("Faults: none,delay=1ms", server.nextLine());
      try (EchoClient client = EchoClient.connect(bound)) {
        client.send("hello");
        client.send("again");

        server.terminate();
        Run ended = server.awaitEnd();

        assertEquals(SIGTERM, ended.status());
        assertEquals("", ended.err());
        assertEquals(connections + "2 messages, 10 bytes in, 10 bytes out, 1 fault\n", ended.out());
      }
    }
  }

  @Test
  void printsTotalsThoughItIsTerminatedAtOnce() throws Exception {
    try (DemoProcess server = DemoProcess.start("serve", "-v", "tcp://127.0.0.1:0")) {
      server.listeningEndpoint();

      server.terminate();

      assertTrue(server.awaitEnd().out().startsWith("0 connections, 0 "));
    }
  }

  @Test
  void printsAsciiDigitsInEveryLanguage() throws Exception {
    List<String> egypt = List.of("-Duser.language=ar", "-Duser.country=EG");
    try (DemoProcess server = DemoProcess.start(
        egypt, "serve", "-v", "--plain", "--stop-on-quit", "--faults=delay=1ms")) {
      Endpoint bound = Endpoint.parse(server.listeningEndpoint());
      server.nextLine();
      try (EchoClient client = EchoClient.connect(bound)) {
        client.send("hello");
        client.send("quit");
      }

      Run ended = server.awaitEnd();

      ended.assertSucceeded();
      assertEquals(
          "1#1 udp://127.0.0.1:N \"hello\" → \"hello\"\n"
              + "1#1 fault: delay=1ms\n"
              + "1#2 udp://127.0.0.1:N \"quit\" → \"quit\" (quit)\n"
              + "2 messages, 9 bytes in, 9 bytes out, 1 fault\n",
          ended.out().replaceAll(":\\d+ ", ":N "));
    }
  }

  @Test
  void resetsAPeerAndServesOn() throws Exception {
    try (DemoProcess server =
        DemoProcess.start("serve", "--plain", "--faults=none,reset@3", "tcp://127.0.0.1:0")) {
      Endpoint bound = Endpoint.parse(server.listeningEndpoint());
      for (int i = 0; i < 3; i++) {
        try (EchoClient client = EchoClient.connect(bound)) {
          assertEquals("one", client.send("one").message().text());
          assertThrows(IOException.class, () -> client.send("two"));
        }
      }
    }
  }

  @Test
  void servesAndEndsWhileNobodyReadsTheEvents() throws Exception {
    Path pipe = pipe();
    try (DemoProcess server = startWithOutput(pipe, "-v");
        BufferedReader out = Files.newBufferedReader(pipe)) {
      try (EchoClient client = EchoClient.connect(endpoint(out))) {
        sendMuch(client);
      }

      server.terminate();
      Run ended = server.awaitEnd();

      assertEquals(SIGTERM, ended.status());
      assertEquals("", ended.err());
      assertFalse(out.lines().anyMatch(line -> line.startsWith("1#3000 ")));
    }
  }

  @Test
  void saysHowManyEventsWereLeftOut() throws Exception {
    Path pipe = pipe();
    try (DemoProcess server = startWithOutput(pipe, "-v");
        BufferedReader out = Files.newBufferedReader(pipe)) {
      try (EchoClient client = EchoClient.connect(endpoint(out))) {
        sendMuch(client);

        String line = out.readLine();
        int events = 0;
        while (line != null && !line.endsWith(" lines left out)")) {
          events++;
          line = out.readLine();
        }
        client.send("hello");

        assertNotNull(line);
        int leftOut = Integer.parseInt(line.replaceAll("\\D", ""));
        assertEquals(3001, events + leftOut); // one was opened
        assertTrue(out.readLine().startsWith("1#3001 \"hello\" → \"HELLO (from port "));
      }
      server.terminate();
      assertEquals(SIGTERM, server.awaitEnd().status());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--verbose", "--plain"})
  void servesOnAndFailsInOneLineWhenItsReaderIsGone(String option) throws Exception {
    Path pipe = pipe();
    try (DemoProcess server = startWithOutput(pipe, option)) {
      Endpoint bound;
      try (BufferedReader out = Files.newBufferedReader(pipe)) {
        bound = endpoint(out);
      }

      try (EchoClient client = EchoClient.connect(bound)) {
        for (int i = 0; i < 100; i++) {
          client.send("hello");
        }
        client.send("quit");
      }

      server.awaitEnd().assertFailed(1, "Standard output: ");
    }
  }

  /** Has the server print more than pipe, reader and queue have room for. */
  private static void sendMuch(EchoClient client) throws Exception {
    List<CompletableFuture<Echo>> echoes = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      echoes.add(client.sendAsync("x".repeat(500)));
    }
    for (CompletableFuture<Echo> echo : echoes) {
      echo.get(60, TimeUnit.SECONDS);
    }
  }

  /** Starts a server that prints into a pipe with a name, once that has a reader. */
  private static DemoProcess startWithOutput(Path pipe, String option) throws IOException {
    return DemoProcess.startRedirected(
        ">'" + pipe + "'", "serve", option, "--stop-on-quit", "tcp://127.0.0.1:0");
  }

  private Path pipe() throws Exception {
    Path pipe = directory.resolve("out");
    assumeFalse(pipe.toString().contains("'"), "The shell needs another name");
    Process process = new ProcessBuilder("mkfifo", pipe.toString()).inheritIO().start();
    assertTrue(process.waitFor(30, TimeUnit.SECONDS));
    assertEquals(0, process.exitValue());
    return pipe;
  }

  private static Endpoint endpoint(BufferedReader out) throws IOException {
    return Endpoint.parse(out.readLine().substring("Listening on ".length()));
  }
}

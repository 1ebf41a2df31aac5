package dev.echo.demo;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the packaged jar echoes, as one process and as two. */
class EchoIT extends PackagedJarTest {

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
    Path file = socketFile();

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
    String options = "--keystore=@server.p12 --truststore=@trust.p12 tls://127.0.0.1:0";

    Run run = DemoProcess.run(passwords, List.of(), "hello\nquit\n", stores.commandLine(options));

    run.assertSucceeded();
    run.assertPrinted(
        "Listening on tls://127.0.0.1:N", "Certificate SHA-256 F", "HELLO (from port N)  T");
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
}

package dev.echo.demo;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.EchoClient;
import dev.echo.Endpoint;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Server and client in one process. */
@Isolated
class EchoDemoTest {

  @AfterEach
  void leavesNoThreadBehind() throws InterruptedException {
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("echo-")) {
        thread.join(30_000);
        assertFalse(thread.isAlive(), thread.getName());
      }
    }
  }

  @Test
  void echoesEachLineUntilTheQuitWord() throws Exception {
    Run run = Run.of("hello\nWorld\nQuit\nnot sent\n");

    run.assertSucceeded();
    run.assertPrinted(
        "Listening on udp://127.0.0.1:N", "HELLO (from port N)  T", "WORLD (from port N)  T");
  }

  @ParameterizedTest
  @ValueSource(strings = {"udp://127.0.0.1:0", "tcp://127.0.0.1:0"})
  void echoesOverTheGivenEndpoint(String endpoint) throws Exception {
    Run run = Run.of("hello\nquit\n", endpoint);

    run.assertSucceeded();
    run.assertPrinted(
        "Listening on " + endpoint.substring(0, endpoint.length() - 1) + "N",
        "HELLO (from port N)  T");
  }

  @Test
  void echoesWithoutPortOverUnixSocketsAndDeletesTheFile(@TempDir Path directory) throws Exception {
    Run.assumeUnixSockets();
    Path file = directory.resolve("echo.sock");

    Run run = Run.of("hello\nquit\n", "unix:" + file);

    run.assertSucceeded();
    run.assertPrinted("Listening on unix:" + file, "HELLO  T");
    assertFalse(Files.exists(file));
  }

  @ParameterizedTest
  @ValueSource(strings = {"lines", "length-prefixed"})
  void echoesUnderEachFraming(String framing) throws Exception {
    Run run = Run.of("hello\n\nquit\n", "--framing", framing, "tcp://127.0.0.1:0");

    run.assertSucceeded();
    run.assertPrinted(
        "Listening on tcp://127.0.0.1:N", "HELLO (from port N)  T", " (from port N)  T");
  }

  @Test
  void keepsTheSizeOfRepliesWithoutFraming() throws Exception {
    // In upper case, the second one is larger.
    Run run = Run.of("hello\n\u0390\nquit\n", "--framing=raw", "tcp://127.0.0.1:0");

    run.assertSucceeded();
    run.assertPrinted("Listening on tcp://127.0.0.1:N", "HELLO  T", "\u0390  T");
  }

  @Test
  void appendsThePortToDatagramsWithoutFraming() throws Exception {
    Run run = Run.of("hello\nquit\n", "--framing=raw");

    run.assertSucceeded();
    run.assertPrinted("Listening on udp://127.0.0.1:N", "HELLO (from port N)  T");
  }

  @Test
  void sendsMessagesBackUnchangedIfPlain() throws Exception {
    Run run = Run.of("hello\nquit\n", "--plain");

    run.assertSucceeded();
    run.assertPrinted("Listening on udp://127.0.0.1:N", "hello  T");
  }

  @Test
  void usesTheGivenQuitWord() throws Exception {
    Run run = Run.of("quit\nTSCHÜß\nnot sent\n", "-q", "tschüß");

    run.assertSucceeded();
    run.assertPrinted("Listening on udp://127.0.0.1:N", "QUIT (from port N)  T");
  }

  @Test
  void endsAtTheEndOfTheInput() throws Exception {
    Run run = Run.of("");

    run.assertSucceeded();
    run.assertPrinted("Listening on udp://127.0.0.1:N");
  }

  @Test
  void sendsALastLineWithoutTerminator() throws Exception {
    Run run = Run.of("one\r\ntwo");

    run.assertSucceeded();
    run.assertPrinted(
        "Listening on udp://127.0.0.1:N", "ONE (from port N)  T", "TWO (from port N)  T");
  }

  @Test
  void promptsAtATerminal() throws Exception {
    Run run = Run.of("hello\n", true);

    run.assertSucceeded();
    run.assertPrinted(
        "Listening on udp://127.0.0.1:N",
        "Type a line to send it, quit to end.",
        "> HELLO (from port N)  T",
        "> ");
  }

  @Test
  void printsBytesThatAreNoTextUnchanged() throws Exception {
    byte[] line = {'a', (byte) 0xFF, 0, (byte) 0xC3, '\n'};
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    EchoDemo.run(new ByteArrayInputStream(line), out, System.err, false);

    String echo = out.toString(ISO_8859_1).split("\n")[1];
    assertArrayEquals(
        new byte[] {'A', (byte) 0xFF, 0, (byte) 0xC3}, echo.substring(0, 4).getBytes(ISO_8859_1));
  }

  @Test
  void printsNoControlCharactersOnATerminal() throws Exception {
    String line = "a\tb\u001b[2J\u009b\u202e\u2028c \ud83d\ude80";

    Run run = Run.of(line + "\n", true, "--plain");

    run.assertSucceeded();
    String shown = "> a\tb\\u001b[2J\\u009b\\u202e\\u2028c \ud83d\ude80  ";
    assertTrue(run.out().contains("\n" + shown), run.out());
  }

  @ParameterizedTest
  @ValueSource(strings = {"udp://127.0.0.1:0", "tcp://127.0.0.1:0"})
  void echoesALineOfTheBufferSizeHoweverItGrows(String endpoint) throws Exception {
    Run run = Run.of("\u0390\u0390\u0390\nquit\n", "-b", "6", endpoint);

    run.assertSucceeded();
    String echo = "\u0399\u0308\u0301".repeat(3) + " (from port ";
    assertTrue(run.out().contains("\n" + echo), run.out());
  }

  @ParameterizedTest
  @ValueSource(strings = {"udp://127.0.0.1:0", "tcp://127.0.0.1:0"})
  void reportsALineOfOneByteMoreAndGoesOn(String endpoint) throws Exception {
    Run run = Run.of("12345\n123456\n1234\nquit\n", "--buffer-size=5", endpoint);

    run.assertFailed(1, ": It has 6 bytes, the limit is 5", "raise --buffer-size");
    assertTrue(run.out().contains("12345 (from port "), run.out());
    assertTrue(run.out().contains("1234 (from port "), run.out());
    assertFalse(run.out().contains("123456"), run.out());
  }

  @Test
  void reportsALineThatCannotBeSentAsALine() throws Exception {
    Run run = Run.of("a\r\r\nb\nquit\n", "tcp://127.0.0.1:0");

    run.assertFailed(1, "carriage return", "--framing=length-prefixed");
    run.assertPrinted("Listening on tcp://127.0.0.1:N", "B (from port N)  T");
  }

  @Test
  void runsServerAndClientOnTheirOwnThreads() throws Exception {
    Set<String> readers = ConcurrentHashMap.newKeySet();
    Set<String> printers = Collections.synchronizedSet(new LinkedHashSet<>());
    InputStream in = new ByteArrayInputStream("hello\n".getBytes(UTF_8)) {
      @Override
      public synchronized int read(byte[] bytes, int from, int count) {
        readers.add(Thread.currentThread().getName());
        return super.read(bytes, from, count);
      }
    };
    OutputStream out = new OutputStream() {
      @Override
      public void write(int b) {
        printers.add(Thread.currentThread().getName());
      }
    };

    EchoDemo.run(in, out, System.err, false);

    assertEquals(Set.of("echo-demo-input"), readers);
    assertEquals(
        Arrays.asList("echo-demo-server", "echo-demo-client"), printers.stream().toList());
  }

  @Test
  void waitsForItsClientAfterTheEndOfItsServer() throws Exception {
    PipedInputStream printed = new PipedInputStream();
    OutputStream out = new PipedOutputStream(printed);
    BufferedReader lines = new BufferedReader(new InputStreamReader(printed, UTF_8));
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    CompletableFuture<String> errAtTheEnd = new CompletableFuture<>();
    try (PipedOutputStream typed = new PipedOutputStream();
        PipedInputStream in = new PipedInputStream(typed)) { // nothing is ever typed
      new Thread(() -> {
            try {
              EchoDemo.run(in, out, err, false);
              errAtTheEnd.complete(err.toString(UTF_8));
            } catch (Throwable e) {
              errAtTheEnd.completeExceptionally(e);
            }
          })
          .start();
      String endpoint = lines.readLine().substring("Listening on ".length());

      try (EchoClient other = EchoClient.connect(Endpoint.parse(endpoint))) {
        other.send("quit");
      }

      assertEquals("echo-demo: The server has ended\n", errAtTheEnd.get(20, TimeUnit.SECONDS));
    }
  }

  @Test
  void reportsAClosedOutput() throws Exception {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    OutputStream closed = new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException("Broken pipe");
      }
    };

    int status = EchoDemo.run(InputStream.nullInputStream(), closed, err, false);

    new Run(status, "", err.toString(UTF_8)).assertFailed(1, "Standard output: Broken pipe");
  }
}

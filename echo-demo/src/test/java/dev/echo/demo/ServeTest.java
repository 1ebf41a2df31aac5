package dev.echo.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.echo.EchoClient;
import dev.echo.EchoServer;
import dev.echo.Endpoint;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server alone. */
class ServeTest {

  @ParameterizedTest
  @ValueSource(strings = {"udp://127.0.0.1:0", "tcp://127.0.0.1:0"})
  void servesUntilTheQuitWordIfToldTo(String endpoint) throws Exception {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PipedInputStream printed = new PipedInputStream();
    PrintStream out = new PrintStream(new PipedOutputStream(printed), false, UTF_8);
    CompletableFuture<Integer> status = new CompletableFuture<>();
    Thread main = new Thread(() -> {
      try {
        String[] args = {"serve", "--stop-on-quit", endpoint};
        PrintStream errors = new PrintStream(err, true, UTF_8);
        status.complete(EchoDemo.run(InputStream.nullInputStream(), out, errors, false, args));
      } catch (Throwable e) {
        status.completeExceptionally(e);
      }
    });
    main.start();

    String line = new BufferedReader(new InputStreamReader(printed, UTF_8)).readLine();
    Endpoint bound = Endpoint.parse(line.substring("Listening on ".length()));
    try (EchoClient client = EchoClient.connect(bound)) {
      int port = client.localEndpoint() instanceof Endpoint.Tcp tcp
          ? tcp.port()
          : ((Endpoint.Udp) client.localEndpoint()).port();
      assertEquals(
          "HELLO (from port " + port + ")", client.send("hello").message().text());
      assertEquals("qUIT", client.send("qUIT").message().text());
    }

    assertEquals(0, status.get(10, TimeUnit.SECONDS));
    assertEquals("", err.toString(UTF_8));
    main.join();
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
  void reportsAFileInTheWay(@TempDir Path directory) throws Exception {
    Path file = Files.createFile(directory.resolve("echo.sock"));

    Run run = Run.of("hello\n", "unix:" + file);

    run.assertFailed(1, file.toString(), "is no socket; choose another path\n");
  }

  @Test
  void reportsAMissingDirectory(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("missing").resolve("echo.sock");

    Run run = Run.of("", "serve", "unix:" + file);

    run.assertFailed(1, file.toString(), "choose another path, in a directory");
  }
}

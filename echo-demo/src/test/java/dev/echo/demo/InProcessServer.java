package dev.echo.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The server alone in this process, until a client sends it the quit word. */
final class InProcessServer {

  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final CompletableFuture<Integer> status = new CompletableFuture<>();
  private final BufferedReader out;

  private InProcessServer(String... args) throws IOException {
    PipedInputStream printed = new PipedInputStream(1 << 16); // it prints without a reader, too
    OutputStream printer = new PipedOutputStream(printed);
    out = new BufferedReader(new InputStreamReader(printed, UTF_8));
    new Thread(() -> {
          try {
            int ended;
            try (printer) {
              ended = EchoDemo.run(InputStream.nullInputStream(), printer, err, false, args);
            }
            status.complete(ended);
          } catch (Throwable e) {
            status.completeExceptionally(e);
          }
        })
        .start();
  }

  static InProcessServer start(String... args) throws IOException {
    return new InProcessServer(Stream.concat(Stream.of("serve", "--stop-on-quit"), Stream.of(args))
        .toArray(String[]::new));
  }

  String listeningEndpoint() throws IOException {
    return nextLineAfter("Listening on ");
  }

  String fingerprint() throws IOException {
    return nextLineAfter("Certificate SHA-256 ");
  }

  String nextLine() throws IOException {
    return out.readLine();
  }

  private String nextLineAfter(String words) throws IOException {
    String line = nextLine();
    assertTrue(line != null && line.startsWith(words), line + err.toString(UTF_8));
    return line.substring(words.length());
  }

  boolean hasEnded() {
    return status.isDone();
  }

  /** Waits for the end, and returns exit status, the rest of the output, and standard error. */
  Run awaitEnd() throws Exception {
    int ended = status.get(30, TimeUnit.SECONDS);
    String rest = out.lines().map(line -> line + "\n").collect(Collectors.joining());
    return new Run(ended, rest, err.toString(UTF_8));
  }
}

package dev.echo.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.EchoListener;
import dev.echo.EchoServer;
import dev.echo.Endpoint;
import dev.echo.Exchange;
import dev.echo.Fault;
import dev.echo.FaultPlan;
import dev.echo.MessageTransformer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The client alone. */
class ConnectTest {

  static Stream<Endpoint> endpoints() {
    return Stream.of(Endpoint.udp(0), Endpoint.tcp(0));
  }

  @ParameterizedTest
  @MethodSource("endpoints")
  void printsTheReplyAsTheServerSentIt(Endpoint endpoint) throws Exception {
    BlockingQueue<Exchange> exchanges = new LinkedBlockingQueue<>();
    EchoListener listener = new EchoListener() {
      @Override
      public void onEcho(Exchange exchange) {
        exchanges.add(exchange);
      }
    };
    MessageTransformer transformer =
        MessageTransformer.prefix("<").andThen(MessageTransformer.appendSenderPort());
    try (EchoServer server =
        EchoServer.builder().transformer(transformer).listener(listener).start(endpoint)) {

      Run run = Run.of("hello\n", "connect", server.endpoint().toString());

      run.assertSucceeded();
      String reply = exchanges.remove().reply().text();
      assertTrue(reply.matches("<hello \\(from port \\d+\\)"), reply);
      assertTrue(run.out().startsWith(reply + "  "), run.out());
      run.assertPrinted("<hello (from port N)  T");
    }
  }

  @ParameterizedTest
  @MethodSource("endpoints")
  void endsAtTheQuitWordOfAServerThatSendsItBack(Endpoint endpoint) throws Exception {
    try (EchoServer server = EchoServer.start(endpoint)) {
      Run run = Run.of("a\nQUIT\nnot sent\n", "connect", server.endpoint().toString());

      run.assertSucceeded();
      run.assertPrinted("a  T");
      assertEquals(2, server.stats().messages());
    }
  }

  @Test
  void endsAtItsOwnQuitWord() throws Exception {
    MessageTransformer transformer = MessageTransformer.prefix("<");
    try (EchoServer server = EchoServer.builder().transformer(transformer).start(Endpoint.tcp(0))) {
      Run run = Run.of("quit\nnot sent\n", "connect", server.endpoint().toString());

      run.assertSucceeded();
      run.assertPrinted("<quit  T");
    }
  }

  @Test
  void reportsThatNothingListensOverTcp() throws Exception {
    try (RefusingPort port = RefusingPort.open("tcp")) {
      Run run = Run.of("hello\n", "connect", port.endpoint());

      run.assertFailed(1, port.endpoint(), "start a server there");
      assertEquals("", run.out());
    }
  }

  @Test
  void reportsThatNothingListensOverUnixSockets(@TempDir Path directory) throws Exception {
    Endpoint endpoint = Endpoint.unix(directory.resolve("echo.sock"));

    Run run = Run.of("hello\n", "connect", endpoint.toString());

    run.assertFailed(1, endpoint.toString(), "start a server there");
  }

  @Test
  void reportsThatNothingListensOverUdpForEachLineUntilTheQuitWord() throws Exception {
    try (RefusingPort port = RefusingPort.open("udp")) {
      Run run = Run.of("hello\nquit\nnot sent\n", "connect", port.endpoint());

      assertEquals(1, run.status());
      String line = "echo-demo: Line %d: Nothing listens on " + port.endpoint()
          + "; start a server there or correct the endpoint\n";
      assertEquals(line.formatted(1) + line.formatted(2), run.err());
    }
  }

  @Test
  void reportsAnUnknownHost() throws Exception {
    Run run = Run.of("hello\n", "connect", "tcp://nosuchhost.invalid:7");

    run.assertFailed(1, "tcp://nosuchhost.invalid:7: unknown host", "correct the name");
  }

  @Test
  void reportsAMissingReply() throws Exception {
    try (DatagramSocket silent = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      String endpoint = "udp://127.0.0.1:" + silent.getLocalPort();

      Run run = Run.of("hello\n", "connect", "--timeout=50ms", endpoint);

      run.assertFailed(
          1, "Line 1: No reply from " + endpoint + " within 50 ms", "check that a server runs");
    }
  }

  @Test
  void namesTheLineThatFailed() throws Exception {
    FaultPlan plan = FaultPlan.script(Fault.none(), Fault.drop());
    try (EchoServer server = EchoServer.builder().faults(plan).start(Endpoint.udp(0))) {
      String endpoint = server.endpoint().toString();

      Run run = Run.of("a\nb\nc\n", "connect", "--timeout=0.5", "--quiet", endpoint);

      run.assertFailed(1, "Line 2: No reply from " + endpoint + " within 500 ms");
      assertEquals("a\nc\n", run.out());
    }
  }

  @Test
  void printsTheRepliesAlone() throws Exception {
    try (EchoServer server = EchoServer.start(Endpoint.tcp(0))) {
      Run run =
          Run.of("one\ntwo\n", true, "connect", "--quiet", server.endpoint().toString());

      run.assertSucceeded();
      assertEquals("one\ntwo\n", run.out());
    }
  }

  @Test
  void endsWhenTheServerClosesTheConnection() throws Exception {
    Run run = runWithServerThatSends("", "one\n");

    run.assertFailed(1, "closed by the peer", "check whether the server");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ONE", "ONE\n", "ONE\nTWO\n"})
  void reportsWhichLinesWereNotSent(String reply) throws Exception {
    Run run = runWithServerThatSends(reply, "one\ntwo\nthree\n");

    assertEquals(1, run.status(), run.err());
    Pattern words = Pattern.compile("line (\\d) and those after it were not sent\n");
    Matcher line = words.matcher(run.err());
    assertTrue(line.find(), run.err());
    assertTrue(line.group(1).equals("2") || line.group(1).equals("3"), run.err());
  }

  @Test
  void succeedsIfTheServerClosesTheConnectionAfterTheLastReply() throws Exception {
    Run run = runWithServerThatSends("ONE\n", "one\n");

    run.assertSucceeded();
    run.assertPrinted("ONE  T");
  }

  /** Runs a client of a server that reads a line, sends a reply, and closes the connection. */
  private static Run runWithServerThatSends(String reply, String input) throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread closer = new Thread(() -> {
        try (Socket connection = server.accept()) {
          connection.getInputStream().read(new byte[100]);
          connection.getOutputStream().write(reply.getBytes(UTF_8));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });
      closer.start();

      Run run = Run.of(input, "connect", "tcp://127.0.0.1:" + server.getLocalPort());

      closer.join();
      return run;
    }
  }

  @Test
  void reportsAReplyThatIsTooLarge() throws Exception {
    MessageTransformer transformer = MessageTransformer.suffix("x".repeat(1000));
    try (EchoServer server = EchoServer.builder().transformer(transformer).start(Endpoint.udp(0))) {
      Run run = Run.of("hello\n", "connect", "-b", "100", server.endpoint().toString());

      run.assertFailed(1, "1005 bytes", "raise --buffer-size");
    }
  }

  @ParameterizedTest
  @MethodSource("endpoints")
  void reportsAnInputThatFails(Endpoint endpoint) throws Exception {
    InputStream in = new InputStream() {
      @Override
      public int read() throws IOException {
        throw new IOException("Input/output error");
      }
    };
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    try (EchoServer server = EchoServer.start(endpoint)) {
      int status = EchoDemo.run(
          in,
          OutputStream.nullOutputStream(),
          err,
          false,
          "connect",
          server.endpoint().toString());

      new Run(status, "", err.toString(UTF_8))
          .assertFailed(1, "Standard input: Input/output error\n");
    }
  }
}

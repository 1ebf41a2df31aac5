package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.echo.testing.JavaProcess;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.Programs;
import dev.echo.testing.Transport;
import java.io.IOException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The same in every language that the system speaks. */
@Timeout(90)
class LocaleTest {

  private static final String GERMAN = "de_DE.UTF-8";

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  /** Connects to a server until its queue is full, and says what a client does then. */
  static final class FullQueue {
    public static void main(String[] args) throws IOException {
      Endpoint.Unix unix = Endpoint.unix(Path.of(args[0]));
      List<SocketChannel> waiting = new ArrayList<>();
      try (ServerSocketChannel full = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
        full.bind(unix.address(), 1);
        System.out.println(fill(unix, waiting));
        EchoClient.builder().connectTimeout(Duration.ofMillis(50)).connect(unix);
      } catch (IOException e) {
        System.out.println(e.getClass().getName());
      } finally {
        for (SocketChannel channel : waiting) {
          channel.close();
        }
        Files.delete(unix.path());
      }
    }

    /** Returns what the system says. */
    private static String fill(Endpoint unix, List<SocketChannel> waiting) throws IOException {
      while (true) {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        waiting.add(channel);
        channel.configureBlocking(false);
        try {
          channel.connect(unix.address());
        } catch (SocketException e) {
          return e.getMessage();
        }
      }
    }
  }

  @Test
  void waitsForRoomInTheQueueOfAUnixSocketWhateverTheSystemCallsIt() throws Exception {
    Programs.assumeInstalled("locale");
    Process locales = new ProcessBuilder("locale", "-a").start();
    assumeTrue(
        new String(locales.getInputStream().readAllBytes()).contains("de_DE.utf8"),
        GERMAN + " is not installed");

    List<String> inGerman = List.of("env", "LC_ALL=" + GERMAN);
    List<String> command = JavaProcess.command(inGerman, FullQueue.class);
    command.add(Transport.freePath().toString());
    String[] printed = JavaProcess.output(command).split("\n");

    assumeTrue(!printed[0].equals("Resource temporarily unavailable"), "no German texts");
    assertEquals("java.net.SocketTimeoutException", printed[1]);
  }

  @Test
  void saysAtOnceThatAPathLeadsToNoSocket() throws Exception {
    Path file = Files.createTempFile("echo", ".txt");
    try {
      for (Path path : List.of(Transport.freePath(), file, file.resolve("below"))) {
        Endpoint unix = Endpoint.unix(path);

        IOException error = assertThrows(SocketException.class, () -> EchoClient.connect(unix));
        assertEquals(
            "Connect to " + unix + ": " + error.getCause().getMessage(), error.getMessage());
      }
    } finally {
      Files.delete(file);
    }
  }

  @Test
  void printsNumbersInDigitsThatProgramsRead() throws Exception {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG"));
    try (EchoServer server = EchoServer.start(Endpoint.tcp(0));
        EchoClient client = EchoClient.connect(server.endpoint())) {
      client.send("12");

      assertEquals(
          "EchoStats[openConnections=1, totalConnections=1, messages=1, bytesIn=2, bytesOut=2, "
              + "rejected=0, dropped=0, errors=0, faults=0]",
          server.stats().toString());
      assertEquals(
          "Message to " + server.endpoint() + " can't be a line: byte 1 of 2 is a line feed",
          assertThrows(IllegalArgumentException.class, () -> client.send("1\n")).getMessage());
    } finally {
      Locale.setDefault(before);
    }
  }
}

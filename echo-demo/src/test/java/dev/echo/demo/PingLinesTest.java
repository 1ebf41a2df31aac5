package dev.echo.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.echo.Endpoint;
import dev.echo.Message;
import dev.echo.probe.ProbeFailure;
import dev.echo.probe.ProbeFailure.Kind;
import dev.echo.probe.ProbeReply;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PingLinesTest {

  private static final String SENT = "A".repeat(16);

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final Console console = new Console(InputStream.nullInputStream(), out, out, false);

  private PingLines lines(int flows) {
    DemoEndpoint endpoint = new DemoEndpoint(Endpoint.tcp("localhost", 7), true);
    return new PingLines(
        new PingOptions(
            endpoint, 1, SENT.length(), Duration.ofSeconds(1), flows, false, false, null, null),
        console);
  }

  private String printed() {
    console.startPrinting();
    console.finishPrinting();
    return out.toString(UTF_8);
  }

  private static ProbeReply reply(long micros, String appended) {
    return new ProbeReply(2, 3, Duration.ofNanos(micros * 1000), Message.of(SENT + appended));
  }

  @Test
  void tellsTheTimeAndWhatTheServerAppended() {
    lines(1).print(reply(1_234, " (from port 9)"));

    assertEquals("16 bytes from tls://localhost:7: seq=3 time=1.234 ms (from port 9)\n", printed());
  }

  @Test
  void tellsFlowsIfThereAreSeveralAndWhatIsLate() {
    lines(2).print(reply(1_000_000, ""));
    lines(2).print(reply(1_000_001, ""));

    assertEquals(
        "16 bytes from tls://localhost:7: flow=2 seq=3 time=1000.000 ms\n"
            + "16 bytes from tls://localhost:7: flow=2 seq=3 time=1000.001 ms (late)\n",
        printed());
  }

  @Test
  void printsNothingRawAndNotTooMuch() {
    lines(1).print(reply(1, "\u001b[2J\n" + "x".repeat(1_000)));

    String line = printed();
    assertEquals(
        0, line.indexOf("16 bytes from tls://localhost:7: seq=3 time=0.001 ms \\u001b[2J"));
    assertEquals(line.length() - 2, line.indexOf("…"));
    assertEquals(1, line.lines().count());
  }

  @Test
  void tellsWhatFailed() {
    for (Kind kind : Kind.values()) {
      lines(1).print(new ProbeFailure(2, 3, kind));
    }

    assertEquals("""
        no reply from tls://localhost:7: seq=3
        corrupt reply from tls://localhost:7: seq=3
        duplicate reply from tls://localhost:7: seq=3
        refused by tls://localhost:7: seq=3
        not taken by tls://localhost:7: seq=3
        """, printed());
  }
}

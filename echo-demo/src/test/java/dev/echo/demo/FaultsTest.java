package dev.echo.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FaultsTest {

  private static final String UDP = "udp://127.0.0.1:0";
  private static final String TCP = "tcp://127.0.0.1:0";

  @ParameterizedTest
  @ValueSource(strings = {TCP, "tls://127.0.0.1:0", "unix:echo.sock"})
  void takesEachFormOverStreams(String endpoint) {
    for (String form : (Faults.ALL_TRANSPORTS + ", " + Faults.STREAMS).split(", ")) {
      assertEquals(form + seed(form), faults(form, endpoint).toString());
      assertEquals("5%" + form + ", seed 1", faults("5%" + form, endpoint).toString());
    }
  }

  @Test
  void takesEachFormOverUdp() {
    for (String form : (Faults.ALL_TRANSPORTS + ", " + Faults.DATAGRAMS).split(", ")) {
      assertEquals(form + seed(form), faults(form, UDP).toString());
      assertEquals("0.5%" + form + ", seed 1", faults("0.5%" + form, UDP).toString());
    }
  }

  /** Printed only if something is left to chance. */
  private static String seed(String script) {
    return List.of("delay=20ms..80ms", "corrupt=1").contains(script) ? ", seed 1" : "";
  }

  @ParameterizedTest
  @ValueSource(strings = {"slow=1/20ms", "close", "half-close@3", "reset@3", "stall"})
  void refusesFaultsOfStreamsOverUdp(String fault) {
    for (String text : new String[] {"%s", "10%%%s", "drop,%s", "none, delay=1s + %s"}) {
      String message = failure(text.formatted(fault), UDP);

      String word = fault.replaceFirst("[=@].*", "");
      assertTrue(message.contains("No fault over UDP: \"" + word + "\"; write none, "), message);
      assertTrue(message.contains(Faults.ALL_TRANSPORTS + " or reorder=3, joined by +"), message);
    }
  }

  @ParameterizedTest
  @CsvSource({"TCP, " + TCP, "TLS, tls://127.0.0.1:0", "Unix sockets, unix:echo.sock"})
  void refusesFaultsOfDatagramsOverStreams(String transport, String endpoint) {
    String message = failure("1%drop,2%reorder=3", endpoint);

    assertTrue(message.contains("over " + transport + ": \"reorder\"; write none, "), message);
    assertTrue(message.contains("stall or stall@3, joined by +"), message);
    assertFalse(message.contains("reorder=3"), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rset       | No fault: \"rset\"",
        "drop,      | No fault: \"\"",
        "drop=1     | No fault: \"drop=1\"",
        "delay=20   | No fault: \"delay=20\"",
        "corrupt=0  | corrupt=0: ",
        "5%drop,reset | No percentage before \"reset\"",
        "200%drop   | More than 100%",
        "drop+close | Nothing can happen after drop",
      })
  void saysWhatItCannotRead(String text, String reason) {
    String message = failure(text, TCP);

    assertTrue(message.startsWith("--faults: " + reason), message);
  }

  @Test
  void printsNoControlCharacters() {
    assertEquals("drop,\\u000adrop", faults("drop,\ndrop\n", TCP).toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "serve --faults=10%reset             | No fault over UDP: \"reset\"; write none",
        "--faults=reorder=2 tcp://[::1]:0    | No fault over TCP: \"reorder\"; write none",
        "serve --faults=drop=1 tls://[::1]:0 | No fault: \"drop=1\"; write none",
        "--seed=1                            | --seed without --faults",
        "serve --seed=1 tcp://[::1]:0        | --seed without --faults",
        "serve --faults=drop --seed=x        | --seed",
        "connect --faults=drop tcp://[::1]:7 | --faults",
        "-v                                  | -v",
      })
  void refusesAWrongCommandLine(String commandLine, String reason) throws Exception {
    Run run = Run.of("hello\n", commandLine.split(" "));

    run.assertFailed(2, reason, "--help");
    assertEquals("", run.out());
  }

  @Test
  void helps() throws Exception {
    Run run = Run.of("", "serve", "--help");

    run.assertSucceeded();
    String words = run.out().replaceAll("\\s+", " ");
    assertTrue(words.contains(" none,delay=1s,reset@3 "), words);
    assertTrue(words.contains(" 10%drop,5%delay=20ms..80ms "), words);
    assertTrue(words.contains(Faults.ALL_TRANSPORTS), words);
    assertTrue(words.contains(Faults.STREAMS), words);
    assertTrue(words.contains(Faults.DATAGRAMS), words);
  }

  private static Faults faults(String text, String endpoint) {
    return Faults.parse(text, 1, DemoEndpoint.parse(endpoint));
  }

  private static String failure(String text, String endpoint) {
    return assertThrows(IllegalArgumentException.class, () -> faults(text, endpoint))
        .getMessage();
  }
}

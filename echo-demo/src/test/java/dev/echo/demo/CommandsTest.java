package dev.echo.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "foo                            | \"foo\" is none of tcp://HOST:PORT, tls://HOST:PORT, udp",
        "serve tls://HOST:PORT          | \"tls://HOST:PORT\" is none of tcp://HOST:PORT, tls:",
        "tcp://127.0.0.1:65536          | Port 65536 is not within 0 to 65535",
        "http://127.0.0.1:80            | udp://HOST:PORT",
        "serve unix:                    | has no path",
        "connect                        | ENDPOINT",
        "connect udp://127.0.0.1:0      | Nobody can listen on udp://127.0.0.1:0",
        "connect --plain tcp://[::1]:7  | --plain",
        "serve udp://[::1]:0 @more      | @more",
        "--stop-on-quit                 | --stop-on-quit",
        "--hlep                         | --hlep",
        "serve --port 7                 | Unknown option: '--port'",
        "-b x                           | --buffer-size",
        "-b 0                           | --buffer-size 0 is not within 1 to",
        "-b 1073741825                  | 1073741825 is not within",
        "--framing=LINES                | not one of lines, length-prefixed, raw",
        "--quit                         | --quit",
        "-b 10 serve                    | must follow \"serve\"",
        "udp://127.0.0.1:0 connect foo  | foo",
        "serve tls://127.0.0.1:65536    | \"tls://127.0.0.1:65536\": Port 65536 is not within",
        "connect tls://127.0.0.1:0      | Nobody can listen on tls://127.0.0.1:0",
        "--keystore=a                   | need an endpoint tls://HOST:PORT, not udp://127.0.0.1:0",
        "serve --truststore=a unix:a    | need an endpoint tls://HOST:PORT, not unix:a",
        "connect --truststore=a udp://[::1]:7 | need an endpoint tls://HOST:PORT",
        "serve --fingerprint=00 tls://[::1]:0 | --fingerprint",
        "connect --fingerprint=0:0 tls://[::1]:7 | \"0:0\" is not 64 hexadecimal digits",
        "--keystore-password-file=a tls://[::1]:0 | without --keystore",
        "--truststore-password-file=a tls://[::1]:0 | without --truststore",
        "connect --truststore=a --truststore=b tls://[::1]:7 | option '--truststore' should be",
        "serve --seed=1 --seed=2 --faults=drop | option '--seed' should be specified only once (",
        "connect --timeout=x udp://[::1]:7 | \"x\" is no time such as 0.2, 200ms",
        "connect --timeout=0 udp://[::1]:7 | --timeout is zero",
        "ping                           | ENDPOINT",
        "ping udp://127.0.0.1:0         | Nobody can listen on udp://127.0.0.1:0",
        "ping tls://127.0.0.1:0         | Nobody can listen on tls://127.0.0.1:0",
        "ping --fingerprint=0f udp://[::1]:7 | not 64 hexadecimal digits",
        "ping --truststore=a udp://[::1]:7 | need an endpoint tls://HOST:PORT",
        "ping -c 0 udp://[::1]:7        | --count: count is not positive",
        "ping -c x udp://[::1]:7        | --count",
        "ping -i 0 udp://[::1]:7        | --interval is not within 100 ns to 1000 s",
        "ping -i 1h udp://[::1]:7       | --interval is not within 100 ns to 1000 s: 3600 s",
        "ping -i 5x udp://[::1]:7       | \"5x\" is no time",
        "ping -i -1 udp://[::1]:7       | \"-1\" is no time",
        "ping -i 1 --rate=1 udp://[::1]:7 | --rate and --interval exclude each other",
        "ping --rate=0 udp://[::1]:7    | --rate: rate is not within 0.001",
        "ping --rate=NaN udp://[::1]:7  | --rate: rate is not within 0.001",
        "ping -w 0 udp://[::1]:7        | --duration: duration",
        "ping -W 0ms udp://[::1]:7      | --timeout: timeout",
        "ping -s 15 udp://[::1]:7       | --size: size is not within 16",
        "ping -s 65508 udp://[::1]:7    | size is more than the 65507 bytes",
        "ping --flows 0 udp://[::1]:7   | --flows: flows is not within 1",
        "ping --max-loss=101 udp://[::1]:7 | \"101\" is no percentage",
        "ping --max-p99=1d udp://[::1]:7 | \"1d\" is no time",
        "ping --buffer-size=9 udp://[::1]:7 | --buffer-size",
        "serve --proxy-protocol         | --proxy-protocol needs an endpoint over TCP or a Unix",
        "connect --proxy-header=a:1 udp://[::1]:7 | --proxy-header needs an endpoint over TCP",
        "ping --proxy-header=a:1 udp://[::1]:7 | --proxy-header needs an endpoint over TCP",
        "ping --proxy-header=a tcp://[::1]:7 | \"a\" is neither HOST:PORT nor tcp://HOST:PORT",
        "--proxy-protocol tcp://[::1]:7 | --proxy-protocol",
      })
  void refusesAWrongCommandLine(String commandLine, String reason) throws Exception {
    Run run = Run.of("hello\n", commandLine.split(" "));

    run.assertFailed(2, reason, "--help");
    assertEquals("", run.out());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"%s tcp://[::1]:7 | not tcp", "--truststore=a %s tls://[::1]:7 | exclude each"})
  void refusesAFingerprintThatWouldHaveNoEffect(String lineAndReason) throws Exception {
    String[] parts = lineAndReason.formatted("--fingerprint=" + "0f".repeat(32)).split(" \\| ");

    Run run = Run.of("hello\n", ("connect " + parts[0]).split(" "));

    run.assertFailed(2, parts[1], "--help");
  }

  @Test
  void takesNoArgumentsFromFiles(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("arguments"), "--help");

    Run run = Run.of("", "serve", "@" + file);

    run.assertFailed(2, "@" + file, "--help");
    assertEquals("", run.out());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-h",
        "--help",
        "serve -h",
        "serve --help",
        "connect -h",
        "ping --help",
        "--help serve",
        "--help connect"
      })
  void helps(String commandLine) throws Exception {
    Run run = Run.of("", commandLine.split(" "));

    run.assertSucceeded();
    assertTrue(run.out().startsWith("Usage: echo-demo "), run.out());
    assertTrue(run.out().contains("--truststore=FILE"), run.out());
    assertTrue(run.out().lines().allMatch(line -> line.length() <= 80), run.out());
  }

  @Test
  void explainsToClientsOnlyWhatIsTheirs() throws Exception {
    for (String client : new String[] {"connect", "ping"}) {
      String help = Run.of("", client, "--help").out();

      assertTrue(help.contains("trusts the servers that the JDK trusts"), help);
      assertFalse(help.contains("self-signed"), help);
      assertFalse(help.contains("no port is added"), help);
    }
    String help = Run.of("", "serve", "--help").out();
    assertTrue(help.contains("self-signed"), help);
    assertTrue(help.contains("no port is added"), help);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-V", "--version", "serve --version", "connect -V"})
  void printsItsVersion(String commandLine) throws Exception {
    Run run = Run.of("", commandLine.split(" "));

    run.assertSucceeded();
    assertEquals("echo-demo (not packaged)\n", run.out());
  }

  @Test
  void takesOptionsInAnyForm() throws Exception {
    Run run = Run.of("hello\nBYE\n", "--plain", "-b=5", "--quit", "bye", "tcp://localhost:0");

    run.assertSucceeded();
    run.assertPrinted("Listening on tcp://127.0.0.1:N", "hello  T");
  }
}

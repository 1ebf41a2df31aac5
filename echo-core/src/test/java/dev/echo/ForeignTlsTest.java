package dev.echo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.echo.testing.Certificates;
import dev.echo.testing.Descriptors;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.Programs;
import dev.echo.testing.RecordingListener;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS with the programs of others on the peer. */
@ParameterizedClass
@ValueSource(strings = {"openssl", "socat", "ncat"})
@Timeout(30)
class ForeignTlsTest {

  private static final Pattern PORT =
      Pattern.compile("(?:ACCEPT|listening on|Listening on) .*:(\\d+)");

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @Parameter
  String program;

  @TempDir
  Path directory;

  private final RecordingListener listener = new RecordingListener();

  @ParameterizedTest
  @CsvSource({"1.2,false", "1.2,true", "1.3,false", "1.3,true"})
  void answersAForeignClient(String version, boolean mutual) throws Exception {
    Programs.assumeInstalled(program);
    SSLParameters parameters = Certificates.protocol("TLSv" + version);
    parameters.setNeedClientAuth(mutual);
    try (EchoServer server = EchoServer.builder()
        .sslContext(Certificates.of("server"))
        .sslParameters(parameters)
        .transformer(MessageTransformer.upperCase())
        .quitWhen(QuitPredicate.textEquals("quit"))
        .listener(listener)
        .start(Endpoint.tcp(0))) {
      int port = ((Endpoint.Tcp) server.endpoint()).port();
      Process client = new ProcessBuilder(clientCommand(port, version, mutual))
          .redirectError(ProcessBuilder.Redirect.DISCARD)
          .start();
      try {
        client.getOutputStream().write("hello\nwörld\nquit\n".getBytes(UTF_8));
        client.getOutputStream().flush();

        assertEquals(
            "HELLO\nWÖRLD\nquit\n", new String(client.getInputStream().readNBytes(20), UTF_8));
        assertEquals("TLSv" + version, listener.sessions.get(0).getProtocol());
        if (mutual) {
          assertEquals("CN=client", listener.sessions.get(0).getPeerPrincipal().getName());
        }
        listener.awaitClose();
        assertEquals(List.of(), listener.allErrors);
      } finally {
        end(client);
      }
    }
  }

  private List<String> clientCommand(int port, String version, boolean mutual) throws IOException {
    String trusted = authority().toString();
    String own = pem("client").toString();
    List<String> command = new ArrayList<>();
    switch (program) {
      case "openssl" -> {
        command.addAll(List.of("openssl", "s_client", "-quiet", "-verify_quiet"));
        command.addAll(List.of("-verify_return_error", "-CAfile", trusted));
        command.addAll(List.of("-connect", "127.0.0.1:" + port, "-verify_ip", "127.0.0.1"));
        command.add("-tls" + version.replace('.', '_'));
        if (mutual) {
          command.addAll(List.of("-cert", own, "-key", own));
        }
      }
      case "socat" ->
        command.addAll(List.of(
            "socat",
            "-",
            "OPENSSL:localhost:%s,pf=ip4,cafile=%s,openssl-min-proto-version=TLS%s,openssl-max-proto-version=TLS%s%s"
                .formatted(port, trusted, version, version, mutual ? ",cert=" + own : "")));
      default -> {
        command.addAll(List.of("ncat", "--ssl", "--ssl-verify", "--ssl-trustfile", trusted));
        if (mutual) {
          command.addAll(List.of("--ssl-cert", own, "--ssl-key", own));
        }
        command.addAll(List.of("-4", "localhost", String.valueOf(port)));
      }
    }
    return command;
  }

  @ParameterizedTest
  @CsvSource({"1.2,false", "1.2,true", "1.3,false", "1.3,true"})
  void talksToAForeignServer(String version, boolean mutual) throws Exception {
    Programs.assumeInstalled(program);
    assumeTrue(!mutual || !program.equals("ncat"), "ncat asks for no client certificates");
    Process server = new ProcessBuilder(serverCommand(version, mutual))
        .redirectErrorStream(true)
        .start();
    try {
      int port = listeningPort(server);
      SSLContext context = mutual ? Certificates.of("client") : Certificates.none();
      try (EchoClient client = EchoClient.builder()
          .sslContext(context)
          .sslParameters(Certificates.protocol("TLSv" + version))
          .connect(Endpoint.tcp(port))) {
        String reply = program.equals("openssl") ? "olleh" : "hello"; // it can only reverse
        for (int i = 0; i < 10; i++) {
          assertEquals(reply, client.send("hello").message().text());
        }
      }
    } finally {
      end(server);
    }
  }

  private List<String> serverCommand(String version, boolean mutual) throws IOException {
    String own = pem("server").toString();
    String trusted = authority().toString();
    List<String> command = new ArrayList<>();
    switch (program) {
      case "openssl" -> {
        command.addAll(List.of("openssl", "s_server", "-rev", "-accept", "127.0.0.1:0"));
        command.addAll(List.of("-cert", own, "-key", own, "-tls" + version.replace('.', '_')));
        if (mutual) {
          command.addAll(List.of("-Verify", "1", "-verify_return_error", "-CAfile", trusted));
        }
      }
      case "socat" ->
        command.addAll(List.of(
            "socat",
            "-d",
            "-d",
            "OPENSSL-LISTEN:0,bind=127.0.0.1,cert=%s,cafile=%s,verify=%s,openssl-max-proto-version=TLS%s"
                .formatted(own, trusted, mutual ? 1 : 0, version),
            "PIPE"));
      default ->
        command.addAll(List.of(
            "ncat",
            "-v",
            "--ssl",
            "--ssl-cert",
            own,
            "--ssl-key",
            own,
            "-l",
            "127.0.0.1",
            "0",
            "-e",
            "/bin/cat"));
    }
    return command;
  }

  private Path authority() throws IOException {
    Path file = directory.resolve("authority.pem");
    Certificates.writeAuthority(file);
    return file;
  }

  private Path pem(String name) throws IOException {
    Path file = directory.resolve(name + ".pem");
    Certificates.writePem(name, file);
    return file;
  }

  private static void end(Process process) throws InterruptedException {
    process.destroyForcibly(); // socat may take its time otherwise
    assertTrue(process.waitFor(10, TimeUnit.SECONDS));
  }

  /** The port that the program says it listens on; ncat says 0, and the system knows better. */
  private static int listeningPort(Process server) throws IOException {
    BufferedReader output = server.inputReader(UTF_8);
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      Matcher matcher = PORT.matcher(line);
      if (matcher.find()) {
        int port = Integer.parseInt(matcher.group(1));
        return port > 0 ? port : portOf(server);
      }
    }
    throw new IOException("It ended before it listened");
  }

  private static int portOf(Process server) throws IOException {
    Path process = Path.of("/proc", String.valueOf(server.pid()));
    List<String> sockets = Descriptors.of(server.pid());
    for (String line : Files.readAllLines(process.resolve("net/tcp"))) {
      String[] fields = line.trim().split(" +"); // 1: address:port, 3: state, 9: inode
      if (fields[3].equals("0A") && sockets.contains("socket:[" + fields[9] + "]")) {
        return Integer.parseInt(fields[1].substring(fields[1].indexOf(':') + 1), 16);
      }
    }
    throw new IOException("It does not listen");
  }
}

package dev.echo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.echo.testing.JavaProcess;
import dev.echo.testing.Javac;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Compiles and runs every program of the overview and the recipes, as it is written there. */
@Timeout(90)
class RecipesTest {

  private static final Pattern PROGRAM =
      Pattern.compile("<pre>\\{@code\n(.*?)\n\\}</pre>", Pattern.DOTALL);
  private static final Pattern CLASS = Pattern.compile("^class (\\w+)", Pattern.MULTILINE);

  @TempDir
  static Path classes;

  private static final Map<String, Path> PROGRAMS = new TreeMap<>();

  @BeforeAll
  static void compile() throws Exception {
    extract(Path.of("src/main/javadoc/overview.html"));
    extract(Path.of("src/main/java/dev/echo/doc-files/recipes.html"));
    Javac.compile(classes, PROGRAMS.values(), "-Xlint:all");
  }

  private static void extract(Path page) throws IOException {
    PROGRAM
        .matcher(Files.readString(page))
        .results()
        .map(match -> match.group(1))
        .forEach(code -> {
          String name = CLASS.matcher(code).results().findFirst().orElseThrow().group(1);
          try {
            PROGRAMS.put(name, Files.writeString(classes.resolve(name + ".java"), code));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  @Test
  void knowsWhatEachProgramDoes() {
    assertEquals(
        "[Arrivals, Balanced, Blocking, First, Foreign, InFlight, Measure, Metrics, OpenNetwork,"
            + " PeerTest, ProbeTest, Reconnect, Remote, Retry, SameAgain, Secure, StormTest, Survive]",
        PROGRAMS.keySet().toString());
  }

  @ParameterizedTest
  @CsvSource({
    "First, hello aga hello again",
    "Retry, hello at try [345] 1: hello 2: hello 3: hello",
    "Reconnect, 1: SocketException 2: cut after 3 bytes 3: SocketTimeoutException 4: hello"
        + " 5: hello 1 was closed: FAULT",
    "Arrivals, 'the third: three the first: one the second: two \\[one, two, three]"
        + " No exchange.*3 recorded, 3 taken.*'",
    "SameAgain, '\\[.*] true, false'",
    "Blocking, served meanwhile the answer",
    "Remote, ended: false ended: true",
    "OpenNetwork, No reply from udp://127.0.0.1:\\d+ within 1 s 1 refused",
    "Measure, '2000 of 2000 came back median PT\\S+ 99 % within PT\\S+ sent late by .*'",
    "Survive, '10%drop: (19|20) of 20 30%drop: (1\\d|20) of 20 50%drop: 1\\d of 20'",
    "InFlight, '10000 came back, the last: message 9999'",
    "Metrics, .*echo.messages 1 .*",
    "Balanced, 'hello from tcp://192.0.2.1:56324 PROXY header from .*: the connection starts with"
        + " something else'",
  })
  void programsDoWhatTheySay(String name, String output) throws Exception {
    assertMatches(output, run(name));
  }

  /** In a process of its own, where it may leave its keys. */
  @Test
  void securesAConnection() throws Exception {
    String classPath = classes + File.pathSeparator + Path.of("target", "classes");
    List<String> options = List.of("-Djava.io.tmpdir=" + classes);

    assertMatches(
        ".*hello\n",
        JavaProcess.output(JavaProcess.command(List.of(), options, classPath, "Secure")));
  }

  @Test
  void talksToAForeignServer() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread echo = new Thread(() -> sendBack(server));
      echo.start();

      String output = run("Foreign", Endpoint.tcp(server.getLocalPort()).toString());

      assertMatches("(probe \\d came back after PT\\S+ ?){3}", output);
      echo.join();
    }
  }

  private static void sendBack(ServerSocket server) {
    try (Socket socket = server.accept()) {
      socket.getInputStream().transferTo(socket.getOutputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PeerTest", "StormTest", "ProbeTest"})
  void testsPass(String name) throws Exception {
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    try (URLClassLoader loader = loader()) {
      LauncherFactory.create()
          .execute(
              LauncherDiscoveryRequestBuilder.request()
                  .selectors(selectClass(loader.loadClass(name)))
                  .build(),
              listener);
    }

    TestExecutionSummary summary = listener.getSummary();
    assertEquals(List.of(), summary.getFailures());
    assertTrue(summary.getTestsSucceededCount() > 0);
  }

  /** Runs a program in this process, and returns what it has printed. */
  private static String run(String name, String... arguments) throws Exception {
    PrintStream console = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, UTF_8));
    try (URLClassLoader loader = loader()) {
      Method main = loader.loadClass(name).getDeclaredMethod("main", String[].class);
      main.setAccessible(true); // as its class is not public
      main.invoke(null, (Object) arguments);
    } finally {
      System.setOut(console);
    }
    return printed.toString(UTF_8).replace("\n", " ").strip();
  }

  private static URLClassLoader loader() throws IOException {
    URL[] path = {classes.toUri().toURL()};
    return new URLClassLoader(path, RecipesTest.class.getClassLoader());
  }

  private static void assertMatches(String expected, String output) {
    assertTrue(Pattern.compile(expected, Pattern.DOTALL).matcher(output).matches(), output);
  }
}

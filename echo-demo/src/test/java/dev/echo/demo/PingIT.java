package dev.echo.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.echo.EchoListener;
import dev.echo.EchoServer;
import dev.echo.Endpoint;
import dev.echo.Exchange;
import dev.echo.Fault;
import dev.echo.FaultPlan;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Measurements by the packaged jar, in child processes. */
class PingIT extends PackagedJarTest {

  private final CountDownLatch hundred = new CountDownLatch(100);
  private EchoServer server;
  private String endpoint;

  @BeforeEach
  void start() throws IOException {
    server = EchoServer.builder()
        .faults(FaultPlan.script(Fault.none(), Fault.drop()))
        .listener(new EchoListener() {
          @Override
          public void onEcho(Exchange exchange) {
            hundred.countDown();
          }
        })
        .start(Endpoint.udp(0));
    endpoint = server.endpoint().toString();
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void runsUntilItIsTerminatedAndPrintsTheSummary() throws Exception {
    try (DemoProcess ping = DemoProcess.start("ping", "-i", "100ms", "-W", "4s", endpoint)) {
      assertEquals("PING " + endpoint + ": 64 bytes every 0.1 s", ping.nextLine());
      assertTrue(ping.nextLine().contains(": seq=1 time="));
      String line = ping.nextLine();
      while (!line.equals("no reply from " + endpoint + ": seq=2")) {
        line = ping.nextLine();
      }

      ping.terminate();
      Run ended = ping.awaitEnd();

      assertEquals("", ended.err());
      assertEquals(0, ended.status());
      assertTrue(ended.out().contains("--- " + endpoint + ", "), ended.out());
      assertTrue(ended.out().contains(" received, 1 lost\nloss "), ended.out());
    }
  }

  @Test
  void hasItsOwnStatusWhenItIsTerminated() throws Exception {
    try (DatagramSocket silent = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        DemoProcess ping = DemoProcess.start(
            "ping", "--json", "-W", "300ms", "udp://127.0.0.1:" + silent.getLocalPort())) {
      silent.setSoTimeout(60_000);
      silent.receive(new DatagramPacket(new byte[64], 64));

      ping.terminate();
      Run ended = ping.awaitEnd();

      ended.assertFailed(1, "No reply from udp://127.0.0.1:" + silent.getLocalPort());
      JsonObject report = JsonParser.parseString(ended.out()).getAsJsonObject();
      assertEquals(0, report.get("received").getAsLong());
    }
  }

  @Test
  void printsAWholeObjectWhenItIsTerminated() throws Exception {
    try (DemoProcess ping = DemoProcess.start("ping", "--json", "--rate=500", endpoint)) {
      assertTrue(hundred.await(60, TimeUnit.SECONDS));

      ping.terminate();
      Run ended = ping.awaitEnd();

      assertEquals("", ended.err());
      assertEquals(0, ended.status());
      JsonObject report = JsonParser.parseString(ended.out()).getAsJsonObject();
      long sent = report.get("sent").getAsLong();
      assertTrue(sent >= 100 && sent == server.stats().messages(), ended.out());
    }
  }

  @Test
  void endsWhenNobodyReadsItsOutput() throws Exception {
    List<String> command = DemoProcess.shell(
        "\"$@\" | head -n 2; echo ended", List.of(), "ping", "-i", "100ms", endpoint);
    try (DemoProcess shell = DemoProcess.startCommand(command.toArray(String[]::new))) {
      Run ended = shell.awaitEnd();

      assertTrue(ended.out().endsWith("\nended\n"), ended.out());
      assertTrue(ended.err().startsWith("echo-demo: Standard output: "), ended.err());
      assertEquals(1, ended.err().lines().count(), ended.err());
    }
  }

  @Test
  void printsALineEachSecondOnStandardErrorIfThereIsTooMuch() throws Exception {
    Run run = DemoProcess.run("", "ping", "--rate=500", "-w", "2.5", "-W", "4s", endpoint);

    assertEquals(0, run.status());
    assertFalse(run.out().contains("seq="), run.out());
    assertTrue(run.err().matches("(\\d s: \\d+ sent, [01] missing.*\n){2,}"), run.err());
  }

  @Test
  void keepsProgressInItsLineAtATerminal() throws Exception {
    List<String> command =
        DemoProcess.command(List.of(), "ping", "--rate=100", "-w", "1.5", endpoint);
    try (DemoProcess ping = DemoProcess.startAtTerminal(Map.of("TERM", "xterm"), command)) {
      Run ended = ping.awaitEnd();

      // A carriage return is read as the end of a line.
      assertTrue(ended.out().contains("\n\u001b[?7l1 s: "), ended.out());
      assertTrue(ended.out().contains("\u001b[K\u001b[?7h\n\u001b[K"), ended.out());
      assertTrue(ended.out().contains(" ms ████████████████ "), ended.out());
      assertEquals(0, ended.status());
    }
  }

  @Test
  void drawsInAsciiWithoutUtf8() throws Exception {
    List<String> command =
        DemoProcess.command(List.of(), "ping", "--rate=100", "-w", "1.5", endpoint);
    Map<String, String> variables = Map.of("TERM", "dumb", "LC_ALL", "C");
    try (DemoProcess ping = DemoProcess.startAtTerminal(variables, command)) {
      Run ended = ping.awaitEnd();

      assertTrue(ended.out().contains(" ms ################ "), ended.out());
      assertTrue(ended.out().contains("\n1 s: "), ended.out());
      assertFalse(ended.out().contains("\u001b"), ended.out());
      assertTrue(ended.out().chars().allMatch(c -> c < 128), ended.out());
    }
  }

  @Test
  void theRecipeOfAMonitoringCheckHasItsStatus() throws Exception {
    FaultPlan half = FaultPlan.every(2, Fault.drop());
    try (EchoServer lossy = EchoServer.builder().faults(half).start(Endpoint.udp(0));
        RefusingPort refusing = RefusingPort.open("udp");
        DemoProcess warning = check(lossy.endpoint().toString());
        DemoProcess ok = check(endpoint);
        DemoProcess critical = check(refusing.endpoint())) {
      assertChecked(1, "WARNING - 50 sent, 25 received, 25 lost echo-demo: 25 of 50", warning);
      assertChecked(0, "OK - 50 sent, 49 received, 1 lost", ok);
      assertChecked(2, "CRITICAL - 50 sent, 0 received, ", critical);
    }
  }

  private static DemoProcess check(String endpoint) throws IOException {
    Path recipes = Path.of("../echo-core/src/main/java/dev/echo/doc-files/recipes.html");
    Matcher script = Pattern.compile("<pre>\n(#!/bin/sh\n.*?)</pre>", Pattern.DOTALL)
        .matcher(Files.readString(recipes));
    assertTrue(script.find());
    String words = DemoProcess.command(List.of()).stream()
        .map(word -> "'" + word + "'")
        .collect(Collectors.joining(" "));
    String runnable = script
        .group(1)
        .replace("&gt;", ">")
        .replace("&amp;", "&")
        .replace("java -jar echo-demo.jar", words)
        .replace("--timeout=500ms", "--timeout=4s") // as this machine may be slow
        .replace("--max-p99=100ms", "--max-p99=10s");
    assertTrue(runnable.contains(words), runnable);
    return DemoProcess.startCommand("sh", "-c", runnable, "check-echo", endpoint);
  }

  private static void assertChecked(int status, String output, DemoProcess check) throws Exception {
    Run ended = check.awaitEnd();

    assertEquals(status, ended.status(), ended.out());
    assertTrue(ended.out().startsWith(output), ended.out());
    assertEquals(1, ended.out().lines().count(), ended.out());
  }
}

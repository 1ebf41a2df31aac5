package dev.echo.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.echo.EchoServer;
import dev.echo.Endpoint;
import dev.echo.Fault;
import dev.echo.FaultPlan;
import dev.echo.MessageTransformer;
import dev.echo.QuitScope;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A measurement, in this process; most of its time is waiting. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(60)
class PingTest {

  private static final String TIMES = "ms\\s+round trip(\\s+response)?\\s+send lag";

  static Stream<Endpoint> endpoints() {
    return Stream.of(Endpoint.udp(0), Endpoint.tcp(0));
  }

  private static EchoServer server(Endpoint endpoint, Fault... script) throws Exception {
    return EchoServer.builder()
        .transformer(MessageTransformer.appendSenderPort())
        .faults(FaultPlan.script(script))
        .start(endpoint);
  }

  private static Run ping(EchoServer server, String options) throws Exception {
    String[] words = ("ping " + options + " " + server.endpoint()).split(" ");
    return Run.of("", words);
  }

  private static JsonObject json(EchoServer server, String options) throws Exception {
    Run run = ping(server, "--json " + options);
    run.assertSucceeded();
    assertEquals(1, run.out().lines().count(), run.out());
    return JsonParser.parseString(run.out()).getAsJsonObject();
  }

  @ParameterizedTest
  @MethodSource("endpoints")
  void printsEachReplyWithThePortThatTheServerSees(Endpoint endpoint) throws Exception {
    try (EchoServer server = server(endpoint)) {
      Run run = ping(server, "-c 2 -i 100ms -W 4s");

      run.assertSucceeded();
      String e = server.endpoint().toString();
      List<String> lines = run.out().lines().toList();
      assertEquals("PING " + e + ": 64 bytes every 0.1 s", lines.get(0));
      for (int i = 1; i <= 2; i++) {
        String line = lines.get(i);
        String expected =
            "64 bytes from \\Q%s\\E: seq=%d time=\\d+\\.\\d{3} ms \\(from port \\d+\\)";
        assertTrue(line.matches(expected.formatted(e, i)), line);
      }
      assertEquals("", lines.get(3));
      assertTrue(lines.get(4).matches("--- \\Q" + e + "\\E, \\d+\\.\\d{3} s ---"), lines.get(4));
      assertEquals("2 sent, 2 received", lines.get(5));
      assertEquals("loss 0 %", lines.get(6));
      assertEquals("", lines.get(7));
      assertTrue(lines.get(8).matches(TIMES), lines.get(8));
      assertEquals(List.of("min", "mean", "max", "jitter"), firstWords(lines.subList(9, 13)));
      String rest = String.join("\n", lines.subList(13, lines.size()));
      assertTrue(rest.isEmpty() || rest.startsWith("This machine, not the path, was slow:"), rest);
    }
  }

  private static List<String> firstWords(List<String> lines) {
    return lines.stream().map(line -> line.split(" ")[0]).toList();
  }

  @Test
  void printsWhatWasLost() throws Exception {
    try (EchoServer server = server(Endpoint.udp(0), Fault.none(), Fault.drop())) {
      Run run = ping(server, "-c 4 -i 200ms -W 4s -s 20 --framing=raw");

      run.assertSucceeded();
      String e = server.endpoint().toString();
      assertTrue(run.out().contains("\nno reply from " + e + ": seq=2\n"), run.out());
      assertTrue(run.out().contains("4 sent, 3 received, 1 lost\n"), run.out());
      assertTrue(run.out().contains("loss 25 %, longest outage 0.200 s\n"), run.out());
    }
  }

  @Test
  void printsEachDuplicate() throws Exception {
    try (EchoServer server = server(Endpoint.tcp(0), Fault.duplicate(2))) {
      Run run = ping(server, "-c 2 -i 100ms");

      run.assertSucceeded();
      String line = "duplicate reply from " + server.endpoint() + ": seq=1\n";
      assertTrue(run.out().contains(line + line + "64 bytes"), run.out());
      assertTrue(run.out().contains("\n2 duplicates\n"), run.out());
    }
  }

  @Test
  void printsNoLinesAboveTenASecondOrWhenQuiet() throws Exception {
    try (EchoServer server = server(Endpoint.udp(0))) {
      assertFalse(ping(server, "-c 3 -i 99ms").out().contains("seq="));
      assertFalse(ping(server, "-c 3 -i 200ms -q").out().contains("seq="));
    }
  }

  @Test
  void printsThePercentilesForWhichThereAreEnough() throws Exception {
    try (EchoServer server = server(Endpoint.tcp(0))) {
      Run run = ping(server, "-c 1000 --rate 20000 --flows=2 -W 4s");

      run.assertSucceeded();
      List<String> lines = run.out().lines().toList();
      assertTrue(lines.contains("1000 sent, 1000 received"), run.out());
      assertTrue(lines.contains("loss below 0.3 % (95 % confidence)"), run.out());
      assertTrue(lines.contains("flow 1: 500 of 500, loss 0 %"), run.out());
      assertTrue(lines.contains("flow 2: 500 of 500, loss 0 %"), run.out());
      List<String> words = firstWords(lines);
      assertTrue(words.containsAll(Set.of("p50", "p90", "p99")), run.out());
      assertFalse(words.contains("p99.9"), run.out());
      assertFalse(run.out().contains("#") || run.out().contains("█"), run.out());
    }
  }

  @Test
  void printsAJsonObjectOfAllNumbers() throws Exception {
    Fault[] script = {Fault.duplicate(2), Fault.none(), Fault.none(), Fault.drop()};
    try (EchoServer server = server(Endpoint.udp(0), script)) {
      JsonObject report = json(server, "-c 1000 --rate 800 -W 4s");

      List<String> common = List.of(
          "elapsedNanos",
          "sent",
          "unsent",
          "received",
          "late",
          "lost",
          "corrupt",
          "duplicates",
          "foreign",
          "refused",
          "reordered",
          "maxReorderExtent",
          "reconnects",
          "failed",
          "failureRatio",
          "lossRatio",
          "longestOutageNanos",
          "jitterNanos",
          "roundTrips",
          "responseTimes",
          "sendLag");
      List<String> all = new ArrayList<>(List.of("format", "endpoint"));
      all.addAll(common);
      all.add("flows");
      assertEquals(all, List.copyOf(report.keySet()));
      assertEquals(1, report.get("format").getAsInt());
      assertEquals(server.endpoint().toString(), report.get("endpoint").getAsString());
      assertEquals(1000, report.get("sent").getAsLong());
      assertEquals(999, report.get("received").getAsLong());
      assertEquals(1, report.get("lost").getAsLong());
      assertEquals(2, report.get("duplicates").getAsLong());
      assertEquals(0, report.get("reordered").getAsLong());
      assertEquals(0, report.get("maxReorderExtent").getAsLong());
      assertEquals(0.001, report.get("lossRatio").getAsDouble());
      assertEquals(1_250_000, report.get("longestOutageNanos").getAsLong());
      assertTimes(999, Set.of("50", "90"), report.getAsJsonObject("roundTrips"));
      assertTimes(999, Set.of("50", "90"), report.getAsJsonObject("responseTimes"));
      assertTimes(1000, Set.of("50", "90", "99"), report.getAsJsonObject("sendLag"));
      JsonArray flows = report.getAsJsonArray("flows");
      assertEquals(1, flows.size());
      JsonObject flow = flows.get(0).getAsJsonObject();
      assertEquals(common, List.copyOf(flow.keySet()));
      common.forEach(name -> assertEquals(report.get(name), flow.get(name)));
    }
  }

  private static void assertTimes(long count, Set<String> percentiles, JsonObject times) {
    assertEquals(
        List.of("count", "minNanos", "meanNanos", "maxNanos", "percentiles", "buckets"),
        List.copyOf(times.keySet()));
    assertEquals(count, times.get("count").getAsLong());
    assertEquals(percentiles, times.getAsJsonObject("percentiles").keySet());
    long min = times.get("minNanos").getAsLong();
    long max = times.get("maxNanos").getAsLong();
    long mean = times.get("meanNanos").getAsLong();
    assertTrue(min <= mean && mean <= max, times::toString);
    long sum = 0;
    long last = 0;
    for (JsonElement bucket : times.getAsJsonArray("buckets")) {
      assertEquals(2, bucket.getAsJsonArray().size());
      assertTrue(bucket.getAsJsonArray().get(0).getAsLong() > last);
      last = bucket.getAsJsonArray().get(0).getAsLong();
      sum += bucket.getAsJsonArray().get(1).getAsLong();
    }
    assertEquals(count, sum);
    assertTrue(last >= max, times::toString);
  }

  @Test
  void failsIfNothingComesBack() throws Exception {
    try (DatagramSocket silent = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      String endpoint = "udp://127.0.0.1:" + silent.getLocalPort();

      Run run = Run.of("", "ping", "-c", "1", "-W", "50ms", "--json", endpoint);

      run.assertFailed(1, "No reply from " + endpoint);
      JsonObject report = JsonParser.parseString(run.out()).getAsJsonObject();
      assertEquals(1, report.get("lost").getAsLong());
      assertTrue(report.getAsJsonObject("roundTrips").get("minNanos").isJsonNull());
    }
  }

  @Test
  void failsIfNobodyListens() throws Exception {
    try (RefusingPort port = RefusingPort.open("tcp")) {
      Run run = Run.of("", "ping", "--json", port.endpoint());

      run.assertFailed(1, "Connect to " + port.endpoint(), "start a server there");
      assertEquals("", run.out());
    }
  }

  @Test
  void saysThatAPortIsRefused() throws Exception {
    try (RefusingPort port = RefusingPort.open("udp")) {
      Run run = Run.of("", "ping", "-c", "1", port.endpoint());

      run.assertFailed(1, "No reply from " + port.endpoint());
      String line = "\nrefused by " + port.endpoint() + ": seq=1\n";
      assertTrue(run.out().contains(line), run.out());
      assertTrue(run.out().contains("\n1 sent, 0 received, 1 refused\n"), run.out());
    }
  }

  @Test
  void keepsTheLimitOfLoss() throws Exception {
    try (EchoServer server = server(Endpoint.udp(0), Fault.drop())) {
      Run run = ping(server, "-q -c 4 --rate 50 -W 4s --max-loss=24.9 --max-p99=1h");
      run.assertFailed(3, "1 of 4 messages had no intact reply", "--max-loss allows 24.9 %");
    }
  }

  @Test
  void succeedsAtTheLimitOfLoss() throws Exception {
    try (EchoServer server = server(Endpoint.udp(0), Fault.drop())) {
      ping(server, "-q -c 4 --rate 50 -W 4s --max-loss=25% --max-p99=1h").assertSucceeded();
    }
  }

  @Test
  void keepsTheLimitOfRoundTrips() throws Exception {
    Fault slow = Fault.delay(Duration.ofMillis(50));
    try (EchoServer server = server(Endpoint.udp(0), slow)) {
      Run run = ping(server, "-q -c 2 --rate 50 -W 4s --max-loss=0 --max-p99=40ms");
      run.assertFailed(3, "The 99th percentile is ", "--max-p99 allows 40 ms");
    }
    try (EchoServer server = server(Endpoint.udp(0), slow)) {
      ping(server, "-q -c 2 --rate 50 -W 4s --max-loss=0 --max-p99=1h").assertSucceeded();
    }
  }

  /** No loss by RFC 2680, as they were not sent, but no reply either. */
  @Test
  void countsWhatWasRefusedAgainstTheLimit() throws Exception {
    try (EchoServer server = EchoServer.builder()
        .quitWhen((message, peer) -> message.text().startsWith("00000002", 8), QuitScope.SERVER)
        .start(Endpoint.tcp(0))) {
      Run run = ping(server, "-q -c 10 --rate 20 --max-loss=50");

      run.assertFailed(3, " of 10 messages had no intact reply in time");
      assertTrue(run.out().contains(" refused\n"), run.out());
      assertTrue(run.out().contains(" % without intact reply in time\n"), run.out());
    }
  }

  @Test
  void saysThatWhatCameBackIsSomethingElse() throws Exception {
    try (EchoServer server =
        EchoServer.builder().transformer(MessageTransformer.prefix("> ")).start(Endpoint.udp(0))) {
      Run run = ping(server, "-q -c 2 --rate 20 -W 1s");

      run.assertFailed(1, "No intact reply from " + server.endpoint(), "the same --framing");
    }
  }

  @Test
  void doesNotCountTheWarmUp() throws Exception {
    try (EchoServer server = server(Endpoint.udp(0), Fault.drop())) {
      JsonObject report = json(server, "-w 100ms --rate 100 --warmup=50ms -W 4s");

      assertEquals(10, report.get("sent").getAsLong());
      assertEquals(10, report.get("received").getAsLong());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"lines", "length-prefixed", "raw"})
  void speaksAllFramings(String framing) throws Exception {
    try (EchoServer server = EchoServer.builder()
        .framing(new Converters.OfFraming().convert(framing))
        .start(Endpoint.tcp(0))) {
      JsonObject report = json(server, "-c 5 --rate 100 -W 4s --framing=" + framing);

      assertEquals(5, report.get("received").getAsLong());
    }
  }

  @Test
  void checksTheCertificateOfAServer() throws Exception {
    InProcessServer server = InProcessServer.start("tls://127.0.0.1:0");
    String endpoint = server.listeningEndpoint();
    String fingerprint = server.fingerprint();

    Run run = Run.of("", "ping", "-c", "2", "-i", "0.1", "--fingerprint", fingerprint, endpoint);
    Run refused = Run.of("", "ping", "-c", "2", endpoint);

    Run.of("quit\n", "connect", "--fingerprint", fingerprint, endpoint);
    server.awaitEnd();
    run.assertSucceeded();
    assertTrue(run.out().contains("64 bytes from " + endpoint + ": seq=2 time="), run.out());
    refused.assertFailed(1, endpoint, "trust it with --fingerprint");
  }
}

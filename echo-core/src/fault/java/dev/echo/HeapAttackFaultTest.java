package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.Attackers.Harm;
import dev.echo.testing.Certificates;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Peers that would have a server with default settings hold more than its heap has room for, beside
 * ordinary ones.
 *
 * <p>All attacks with all sizes of heap, which take half an hour, are tried with {@code
 * -Dattack=full}; those whose name contains something, with {@code -Dattack=TLS} or the like.
 * {@code -Dattack.pause} is after how many milliseconds one that was closed comes again; with {@code
 * -Dattack.control=true} the neighbours are those of another server, so that what they feel is only
 * what the attack takes of the machine.
 */
@Timeout(300)
class HeapAttackFaultTest {

  private static final String WHICH = System.getProperty("attack", "");
  private static final boolean IS_QUICK = WHICH.isEmpty();
  private static final boolean IS_CONTROL = Boolean.getBoolean("attack.control");

  private static final int NEIGHBOURS = 16;
  private static final Duration PATIENCE = Duration.ofSeconds(IS_QUICK ? 5 : 60);
  private static final Duration STAY = IS_QUICK ? Duration.ofMillis(300) : Duration.ofSeconds(3);

  /** With what is busy beside a test, a second may become several. */
  private static final Duration END = Duration.ofMillis(IS_QUICK ? 5_000 : 1_000);

  private static final long MAX_GROWTH = 3_000_000;

  private static final SSLContext CLIENT = Certificates.none();
  private static final List<String> TABLE = new ArrayList<>();

  @TempDir
  private static Path directory;

  private static Path keys;

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @RegisterExtension
  final NoLeftovers noLeftovers = new NoLeftovers();

  enum Over {
    TCP,
    TLS,
    UNIX,
    /** With an executor, or there is nothing that waits. */
    UDP
  }

  /** An attack, where {@code harm} is null if it is one by datagrams, of which so many a second. */
  record Scenario(Over over, Harm harm, int heap, int count, int size) {

    @Override
    public String toString() {
      return over + "-" + (harm == null ? "DATAGRAMS" : harm) + "-" + heap;
    }

    Framing framing() {
      return harm == Harm.UNFINISHED_FRAMES ? Framing.LENGTH_PREFIXED : Framing.LINES;
    }

    SSLContext tls() {
      return over == Over.TLS ? CLIENT : null;
    }

    Attack start(Endpoint server) throws IOException {
      return harm == null
          ? new DatagramFlood(server, count, size)
          : new Attackers(server, tls(), harm, count, size);
    }

    ServerProcess startServer() throws IOException, InterruptedException {
      Transport transport = over == Over.TLS ? Transport.TCP : Transport.valueOf(over.name());
      List<String> arguments = new ArrayList<>();
      arguments.add(transport.free().toString());
      arguments.add("framing=" + framing());
      arguments.add("closeTimeout=PT0.2S"); // so long are replies that nobody reads waited for
      if (over == Over.TLS) {
        arguments.add("tls=" + keys);
      } else if (over == Over.UDP) {
        arguments.addAll(List.of("executor=8", "delay=PT0.02S"));
      }
      return ServerProcess.start(List.of("-Xmx" + heap + "m"), arguments.toArray(String[]::new));
    }
  }

  @BeforeAll
  static void writeKeys() throws IOException {
    keys = directory.resolve("server.p12");
    Certificates.writeStore("server", keys);
  }

  @AfterAll
  static void print() {
    System.out.printf(
        Locale.ROOT,
        "%-28s %9s %9s %9s %9s %7s %7s %6s%n",
        "Attack",
        "p99 alone",
        "p99 as it",
        "p99 as it",
        "longest",
        "SIGTERM",
        "errors",
        "out of");
    System.out.printf(
        Locale.ROOT,
        "%-28s %9s %9s %9s %9s %7s %7s %6s%n",
        "",
        "µs",
        "comes",
        "stays",
        "ms",
        "ms",
        "",
        "memory");
    TABLE.forEach(System.out::println);
  }

  static Stream<Scenario> scenarios() {
    if (IS_QUICK) {
      return Stream.of(
          new Scenario(Over.TCP, Harm.UNFINISHED_LINES, 64, 1_500, 60_000),
          new Scenario(Over.UNIX, Harm.UNREAD_REPLIES, 64, 1_800, 0),
          new Scenario(Over.TCP, Harm.UNFINISHED_FRAMES, 64, 1_500, 60_000),
          new Scenario(Over.TLS, Harm.ENDLESS_HELLOS, 64, 2_100, 30_000),
          new Scenario(Over.UDP, null, 64, 2_000, 65_507));
    }
    Stream.Builder<Scenario> all = Stream.builder();
    for (int heap : new int[] {64, 128, 512}) {
      int small = heap == 64 ? 1_500 : heap == 128 ? 9_000 : 9_900;
      int size = heap == 128 ? 20_000 : 60_000;
      for (Over over : List.of(Over.TCP, Over.TLS, Over.UNIX)) {
        all.add(new Scenario(over, Harm.UNFINISHED_LINES, heap, small, size));
        all.add(new Scenario(over, Harm.UNFINISHED_FRAMES, heap, small, size));
        // The kernel has room for megabytes of each over TCP, but not of so many.
        int unread = over == Over.UNIX ? Math.min(heap * 40, 9_900) : Math.min(heap * 16, 1_500);
        all.add(new Scenario(over, Harm.UNREAD_REPLIES, heap, unread, 0));
      }
      int most = Math.min(heap * 64, 9_900);
      all.add(new Scenario(Over.TLS, Harm.HALF_HELLOS, heap, 9_900, 0));
      all.add(new Scenario(Over.TLS, Harm.SILENT_HELLOS, heap, most, 0));
      all.add(new Scenario(Over.TLS, Harm.ENDLESS_HELLOS, heap, most, 30_000));
      all.add(new Scenario(Over.UDP, null, heap, 2_000, 65_507));
    }
    return all.build()
        .filter(scenario -> WHICH.equals("full") || scenario.toString().contains(WHICH));
  }

  /** What was seen, as far as it went. */
  private static final class Figures {
    long alone;
    long[] asItComes = {};
    long[] asItStays = {};
    long endMillis = -1;
    long errors = -1;
    long outOfMemory = -1;

    String row(Scenario scenario) {
      long longest = LongStream.of(asItComes).max().orElse(0)
          + LongStream.of(asItStays).max().orElse(0);
      return String.format(
          Locale.ROOT,
          "%-28s %,9d %,9d %,9d %,9d %,7d %,7d %,6d",
          scenario,
          alone / 1_000,
          p99(asItComes) / 1_000,
          p99(asItStays) / 1_000,
          longest / 1_000_000,
          endMillis,
          errors,
          outOfMemory);
    }

    private static long p99(long[] roundTrips) {
      return roundTrips.length == 0 ? 0 : Neighbours.p99(roundTrips);
    }
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  void servesItsNeighboursWhileOthersFillTheHeap(Scenario scenario) throws Exception {
    Figures figures = new Figures();
    try (ServerProcess server = scenario.startServer()) {
      try {
        attack(scenario, server, figures);
        TABLE.add(figures.row(scenario));
      } catch (Throwable e) {
        TABLE.add(figures.row(scenario) + "  " + e.toString().replaceAll("(?s)\\R.*", ""));
        server.child.kill();
        forgetFile(server);
        throw e;
      }
    }
  }

  private static void attack(Scenario scenario, ServerProcess server, Figures figures)
      throws Exception {
    try (ServerProcess other = IS_CONTROL ? scenario.startServer() : null;
        Neighbours neighbours = new Neighbours(
            IS_CONTROL ? other.endpoint : server.endpoint,
            NEIGHBOURS,
            scenario.framing(),
            scenario.tls())) {
      boolean isSlow = scenario.over == Over.UDP; // by its delay
      int round = isSlow ? 1 : 5;
      neighbours.roundTripNanos(isSlow ? 10 : 1_000); // until the code is compiled
      server.heap();
      long heap = server.heap();
      long threads = server.child.threads();
      figures.alone = neighbours.p99Nanos(isSlow ? 10 : 500);

      try (Attack attack = scenario.start(server.endpoint)) {
        figures.asItComes = serveUntil(neighbours, round, attack::hasUnfolded, PATIENCE);
        figures.asItStays = serveUntil(neighbours, round, () -> false, STAY);
        assertTrue(attack.hasUnfolded(), "the attack takes too long");
      }
      long open = scenario.over == Over.UDP || IS_CONTROL ? 0 : NEIGHBOURS;
      server.awaitStats(stats -> stats.open() == open);
      neighbours.roundTripNanos(round);
      assertServesOthers(scenario, server);
      server.heap();
      long after = server.heap();
      assertTrue(after - heap < MAX_GROWTH, heap + " bytes before the attack, after it " + after);
      assertTrue(server.child.threads() >= threads, "a thread has ended");

      try (Attack attack = scenario.start(server.endpoint)) {
        serveUntil(neighbours, round, attack::hasUnfolded, STAY);
        end(scenario, server, figures);
      }
    }
  }

  /** Ends it in the midst of an attack. */
  private static void end(Scenario scenario, ServerProcess server, Figures figures)
      throws Exception {
    long start = System.nanoTime();
    server.child.signal("TERM");
    boolean ended = server.child.endsWithin(PATIENCE);
    figures.endMillis = (System.nanoTime() - start) / 1_000_000;
    assertTrue(ended, "SIGTERM does not end it");

    ServerProcess.Stats stats = ServerProcess.Stats.parse(server.child.answer());
    figures.errors = stats.errors();
    figures.outOfMemory = stats.outOfMemory();
    assertEquals(0, figures.outOfMemory, "of what is bounded there is enough");
    assertTrue(figures.endMillis <= END.toMillis(), figures.endMillis + " ms to the end");
    String errors = server.child.errorOutput();
    assertFalse(errors.contains("died") || errors.contains("Exception in thread"), errors);
  }

  interface Condition {
    boolean isMet();
  }

  /** The round trips of the neighbours meanwhile. */
  private static long[] serveUntil(
      Neighbours neighbours, int round, Condition condition, Duration limit) throws IOException {
    LongStream.Builder all = LongStream.builder();
    long start = System.nanoTime();
    do {
      LongStream.of(neighbours.roundTripNanos(round)).forEach(all);
    } while (!condition.isMet() && System.nanoTime() - start < limit.toNanos());
    return all.build().toArray();
  }

  private static void assertServesOthers(Scenario scenario, ServerProcess server)
      throws IOException {
    try (Neighbours others =
        new Neighbours(server.endpoint, NEIGHBOURS, scenario.framing(), scenario.tls())) {
      others.roundTripNanos(1);
    }
  }

  /** A process that was killed leaves its socket file. */
  private static void forgetFile(ServerProcess server) throws IOException {
    if (server.endpoint instanceof Endpoint.Unix unix) {
      Files.deleteIfExists(unix.path());
    }
  }
}

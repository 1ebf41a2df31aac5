package dev.echo.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.testing.NoLeaks;
import dev.echo.testing.Seeds;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A probe's report says exactly what the other end has done. */
@Timeout(60)
class ReflectorTest {

  private static final List<Reflector.Deed> PROMPT_DEEDS = List.of(
      Reflector.Deed.DROP,
      Reflector.Deed.DUPLICATE,
      Reflector.Deed.CORRUPT,
      Reflector.Deed.CORRUPT_THEN_INTACT,
      Reflector.Deed.TRUNCATE,
      Reflector.Deed.FOREIGN,
      Reflector.Deed.APPEND,
      Reflector.Deed.HOLD);

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  /** One reflector and the probe that runs against it. */
  private static final class Pair implements AutoCloseable {
    final long seed;
    final int messages;
    final Reflector reflector;
    PathProbe probe;

    Pair(long seed, int messages, List<Reflector.Deed> deeds, Duration delay) throws IOException {
      this.seed = seed;
      this.messages = messages;
      this.reflector = new Reflector(seed, deeds, 40, messages, delay.toNanos());
    }

    Pair start(double rate, Duration timeout) throws IOException {
      probe = PathProbe.builder()
          .rate(rate)
          .count(messages)
          .timeout(timeout)
          .seed(seed)
          .start(reflector.endpoint());
      return this;
    }

    /** What the definitions say of what the reflector has done is what the probe has counted. */
    PathReport check(long intervalNanos) throws Exception {
      PathReport report = probe.await();
      reflector.close();
      assertEquals(messages, reflector.received(), "messages came to the reflector");
      Tally tally = tally(report);
      assertEquals(reflector.model.tally(number -> number * intervalNanos, tally), tally);
      assertEquals(report.received() + report.late(), report.roundTrips().count());
      return report;
    }

    private static Tally tally(PathReport report) {
      return new Tally(
          report.sent(),
          report.unsent(),
          report.received(),
          report.late(),
          report.lost(),
          report.corrupt(),
          report.duplicates(),
          report.foreign(),
          report.refused(),
          report.reordered(),
          report.maxReorderExtent(),
          report.reconnects(),
          report.longestOutage().toNanos(),
          0,
          false);
    }

    @Override
    public void close() throws IOException {
      reflector.close();
      if (probe != null) {
        probe.close();
      }
    }
  }

  @Test
  void countsWhatAReflectorHasDone() throws Exception {
    runAll(200, PROMPT_DEEDS, 1000, Duration.ofSeconds(5));
  }

  /** Slowly, so that what is late can come before the last timeout is over. */
  @Test
  void countsWhatIsLate() throws Exception {
    List<Reflector.Deed> deeds = new ArrayList<>(PROMPT_DEEDS);
    deeds.add(Reflector.Deed.DELAY);
    deeds.add(Reflector.Deed.DELAY);
    List<PathReport> reports = runAll(80, deeds, 20, Duration.ofSeconds(4));

    if (Seeds.areMany()) {
      assertTrue(reports.stream().anyMatch(report -> report.late() > 0), "none was late");
    }
  }

  /** All at once, as each waits for the timeout of what it has lost. */
  private static List<PathReport> runAll(
      int messages, List<Reflector.Deed> deeds, double rate, Duration timeout) throws Exception {
    List<Pair> pairs = new ArrayList<>();
    List<PathReport> reports = new ArrayList<>();
    try {
      Seeds.each(20, seed -> {
        Pair pair = new Pair(seed, messages, deeds, timeout.multipliedBy(3).dividedBy(2));
        pairs.add(pair);
        pair.start(rate, timeout);
      });
      for (Pair pair : pairs) {
        Seeds.one(pair.seed, seed -> reports.add(pair.check((long) (1e9 / rate))));
      }
    } finally {
      for (Pair pair : pairs) {
        pair.close();
      }
    }
    return reports;
  }
}

package dev.echo.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.Endpoint;
import dev.echo.testing.NoLeaks;
import java.nio.channels.Selector;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** That whoever waits for a probe is told its end, however that comes. */
@Timeout(60)
class ProbeRunTest {

  private static final Error FAILURE = new InternalError("as it happens");

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  private static ProbeRun run(Selector selector, Supplier<List<PathReport>> current) {
    ProbeConfig config = new ProbeConfig(new ProbeBuilder(), Endpoint.udp(7));
    return new ProbeRun(config, selector, () -> {}, current);
  }

  @Test
  void tellsThoseThatWaitWhyItsThreadDied() throws Exception {
    try (Selector selector = Selector.open()) {
      ProbeRun run = run(selector, List::of);
      CompletableFuture<PathReport> waiting = CompletableFuture.supplyAsync(run::report);
      assertFalse(run.isDone());

      run.end(FAILURE);

      assertTrue(run.isDone());
      Throwable told = assertThrows(CompletionException.class, waiting::join).getCause();
      assertEquals("The probe of udp://127.0.0.1:7 has failed", told.getMessage());
      assertSame(FAILURE, told.getCause());
      assertSame(FAILURE, assertThrows(IllegalStateException.class, run::await).getCause());
      assertSame(FAILURE, assertThrows(IllegalStateException.class, run::report).getCause());
    }
  }

  @Test
  void endsAlsoIfTheLastReportFails() throws Exception {
    try (Selector selector = Selector.open()) {
      ProbeRun run = run(selector, () -> {
        throw FAILURE;
      });
      CompletableFuture<PathReport> waiting = CompletableFuture.supplyAsync(run::report);

      run.end(null);

      assertThrows(CompletionException.class, waiting::join);
      assertSame(FAILURE, assertThrows(IllegalStateException.class, run::await).getCause());
    }
  }
}

package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.echo.testing.NoLeaks;
import dev.echo.testing.Until;
import dev.echo.testing.Wire;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The same seed gives the same faults, whatever else differs. */
@Timeout(60)
class SameFaultsTest {

  private static final String RULES =
      "20%drop,30%corrupt=3,10%delay=0ms..2ms,10%duplicate=1,20%truncate=4";

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  /** What two peers receive, and the faults that the listener was told. */
  private record Run(List<String> received, Map<String, String> faults) {}

  private static Run run(EchoServer.Builder builder, int seed, boolean inTurns) throws IOException {
    Map<String, String> faults = new ConcurrentSkipListMap<>();
    EchoListener listener = new EchoListener() {
      @Override
      public void onFault(Exchange exchange, Fault fault) {
        faults.put(exchange.peer().number() + "#" + exchange.number(), fault.toString());
      }
    };
    try (EchoServer server =
            builder.faults(FaultPlan.parse(RULES, seed)).listener(listener).start(Endpoint.tcp(0));
        Wire first = Wire.to(server.endpoint())) {
      first.send("a line to open it\n");
      Until.holds(() -> server.stats().messages() >= 1); // so that it has the number 1
      try (Wire second = Wire.to(server.endpoint())) {
        List<String> lines = IntStream.range(0, 50)
            .mapToObj(i -> "a line with number " + i + "\n")
            .toList();
        if (inTurns) {
          for (String line : lines) {
            first.send(line);
            second.send(line);
          }
        } else {
          second.send(String.join("", lines));
          first.send(String.join("", lines));
        }
        first.halfClose();
        second.halfClose();
        return new Run(List.of(first.receiveToEnd(), second.receiveToEnd()), faults);
      }
    }
  }

  @Test
  void forAnyNumberOfLoopsAndWithAnExecutor() throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(3);
    try {
      Run expected = run(EchoServer.builder(), 42, true);

      assertEquals(expected, run(EchoServer.builder(), 42, false));
      assertEquals(expected, run(EchoServer.builder().eventLoops(4), 42, true));
      assertEquals(expected, run(EchoServer.builder().eventLoops(4), 42, false));
      assertEquals(expected, run(EchoServer.builder().executor(executor), 42, true));
      assertEquals(expected, run(EchoServer.builder().executor(executor), 42, false));
      assertNotEquals(expected, run(EchoServer.builder(), 43, true));
    } finally {
      executor.shutdown();
    }
  }

  /** The bits that are flipped, too, are the same on every JDK. */
  @Test
  void onEveryJdk() throws Exception {
    Run run = run(EchoServer.builder(), 42, true);

    assertEquals(
        "1#10=corrupt=3 1#11=corrupt=3 1#13=corrupt=3+truncate=4 1#14=corrupt=3 1#15=drop"
            + " 1#16=corrupt=3",
        run.faults.entrySet().stream()
            .limit(6)
            .map(Object::toString)
            .collect(Collectors.joining(" ")));
    assertEquals(173876618, run.received.hashCode());
  }
}

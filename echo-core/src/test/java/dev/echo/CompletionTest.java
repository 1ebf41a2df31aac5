package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.echo.testing.JavaProcess;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where futures are completed. */
@Timeout(90)
class CompletionTest {

  static final class Main {
    public static void main(String[] args) throws Exception {
      for (Endpoint endpoint : List.of(Endpoint.tcp(0), Endpoint.udp(0))) {
        try (EchoServer server = EchoServer.builder().maxMessageSize(5).start(endpoint);
            EchoClient client = EchoClient.builder().maxMessageSize(5).connect(server.endpoint())) {
          System.out.println(
              client.sendAsync("hello").get(10, TimeUnit.SECONDS).message().text());
          client.sendAsync("too large").get(10, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
          System.out.println(e.getCause().getClass().getSimpleName());
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 1, 4})
  void completesFuturesHoweverFewThreadsTheCommonPoolHas(int parallelism) throws Exception {
    String option = "-Djava.util.concurrent.ForkJoinPool.common.parallelism=" + parallelism;

    String printed = JavaProcess.output(JavaProcess.command(List.of(), Main.class, option));

    assertEquals("hello\nMessageTooLargeException\n".repeat(2), printed);
  }
}

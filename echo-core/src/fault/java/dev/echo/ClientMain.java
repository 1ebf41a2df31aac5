package dev.echo;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/**
 * Runs a client until the standard input ends. It prints its endpoint, then for each line the
 * reply, or how many milliseconds it took to fail, and with what.
 */
final class ClientMain {

  /** Separates messages that are to be sent without waiting for the replies. */
  static final String SEPARATOR = ",";

  private ClientMain() {}

  /**
   * Runs the client.
   *
   * @param args the endpoint, and the timeout
   */
  public static void main(String[] args) throws Exception {
    try (EchoClient client =
        EchoClient.builder().timeout(Duration.parse(args[1])).connect(Endpoint.parse(args[0]))) {
      System.out.println(client.localEndpoint());
      BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
      for (String line; (line = in.readLine()) != null; ) {
        System.out.println(line.contains(SEPARATOR) ? sendAll(client, line) : send(client, line));
      }
    }
  }

  private static String send(EchoClient client, String text) throws InterruptedException {
    long start = System.nanoTime();
    try {
      return client.send(text).message().text();
    } catch (IOException e) {
      long millis = (System.nanoTime() - start) / 1_000_000;
      return millis + " " + e.getClass().getSimpleName();
    }
  }

  private static String sendAll(EchoClient client, String line) {
    List<CompletableFuture<Echo>> echoes = new ArrayList<>();
    for (String text : line.split(SEPARATOR)) {
      echoes.add(client.sendAsync(text));
    }
    return echoes.stream()
        .map(echo -> echo.join().message().text())
        .collect(Collectors.joining(SEPARATOR));
  }
}

package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BuildersTest {

  private static final Duration NANO = Duration.ofNanos(1);
  private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

  private final EchoServer.Builder server = EchoServer.builder();
  private final EchoClient.Builder client = EchoClient.builder();

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, (1 << 30) + 1, Integer.MAX_VALUE})
  void rejectMessageSizesOutOfRange(int size) {
    String message = "maxMessageSize is not within 1 to 1073741824: " + size;

    assertRejects(message, () -> server.maxMessageSize(size));
    assertRejects(message, () -> client.maxMessageSize(size));
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 0})
  void rejectNumbersOfConnectionsOutOfRange(int connections) {
    assertRejects(
        "maxConnections is not within 1 to 2147483647: " + connections,
        () -> server.maxConnections(connections));
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 1_000_001, Integer.MAX_VALUE})
  void rejectSenderRatesOutOfRange(int rate) {
    assertRejects(
        "maxSenderRate is not within 1 to 1000000: " + rate, () -> server.maxSenderRate(rate));
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 1025, Integer.MAX_VALUE})
  void rejectNumbersOfThreadsOutOfRange(int threads) {
    assertRejects(
        "eventLoops is not within 1 to 1024: " + threads, () -> server.eventLoops(threads));
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT-0.000000001S", "PT-1H"})
  void rejectTimeoutsThatAreNotPositive(Duration timeout) {
    assertRejects("idleTimeout is not positive: " + timeout, () -> server.idleTimeout(timeout));
    assertRejects(
        "connectTimeout is not positive: " + timeout, () -> client.connectTimeout(timeout));
    assertRejects("timeout is not positive: " + timeout, () -> client.timeout(timeout));
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT-0.000000001S", "PT-1H"})
  void rejectNegativeDurations(Duration duration) {
    assertRejects("closeTimeout is negative: " + duration, () -> server.closeTimeout(duration));
    assertRejects("busyPoll is negative: " + duration, () -> server.busyPoll(duration));
    assertRejects("busyPoll is negative: " + duration, () -> client.busyPoll(duration));
  }

  @Test
  void acceptTheEndsOfEachRange() {
    for (int size : new int[] {1, 1 << 30}) {
      assertSame(server, server.maxMessageSize(size));
      assertSame(client, client.maxMessageSize(size));
    }
    for (int threads : new int[] {1, 1024}) {
      assertSame(server, server.eventLoops(threads));
    }
    for (int rate : new int[] {1, 1_000_000}) {
      assertSame(server, server.maxSenderRate(rate));
    }
    for (int connections : new int[] {1, Integer.MAX_VALUE}) {
      assertSame(server, server.maxConnections(connections));
    }
    for (Duration positive : new Duration[] {NANO, FOREVER}) {
      assertSame(server, server.idleTimeout(positive));
      assertSame(client, client.connectTimeout(positive));
      assertSame(client, client.timeout(positive));
    }
    for (Duration notNegative : new Duration[] {Duration.ZERO, NANO, FOREVER}) {
      assertSame(server, server.closeTimeout(notNegative));
      assertSame(server, server.busyPoll(notNegative));
      assertSame(client, client.busyPoll(notNegative));
    }
  }

  private static void assertRejects(String message, Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }

  @Test
  void sayWhatTheyAre() throws Exception {
    assertEquals(
        "EchoServer.Builder[framing=RAW, maxMessageSize=65536, maxConnections=10000,"
            + " maxBufferedBytes=1000000, idleTimeout=300 s, handshakeTimeout=10 s,"
            + " closeTimeout=2 s, eventLoops=2, tls=false]",
        server.framing(Framing.RAW).maxBufferedBytes(1_000_000).eventLoops(2).toString());
    server.maxSenderRate(7).busyPoll(Duration.ofMillis(1)).executor(Runnable::run);
    assertTrue(server
        .proxyProtocol(proxy -> true)
        .toString()
        .endsWith(", eventLoops=2, maxSenderRate=7,"
            + " busyPoll=1 ms, executor=true, proxyProtocol=true, tls=false]"));
    assertEquals(
        "EchoClient.Builder[framing=LINES, maxMessageSize=100, connectTimeout=5 s,"
            + " timeout=250 ms, tls=false]",
        client.maxMessageSize(100).timeout(Duration.ofMillis(250)).toString());
    client.proxyHeader(Endpoint.tcp("192.0.2.1", 1), Endpoint.tcp(7));
    assertTrue(client.toString().contains(", proxyHeader=tcp://192.0.2.1:1, tls="));
    for (Endpoint endpoint : List.of(Endpoint.tcp(0), Endpoint.udp(0))) {
      try (EchoServer started = EchoServer.start(endpoint);
          EchoClient connected = EchoClient.connect(started.endpoint())) {
        assertEquals("EchoServer[" + started.endpoint() + "]", started.toString());
        assertEquals("EchoClient[" + started.endpoint() + "]", connected.toString());
      }
    }
  }
}

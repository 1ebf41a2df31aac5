package dev.echo.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.echo.Endpoint;
import dev.echo.Framing;
import dev.echo.Message;
import dev.echo.testing.Certificates;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProbeBuilderTest {

  private static final Endpoint UDP = Endpoint.udp(7);
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

  private final ProbeBuilder builder = new ProbeBuilder();

  private static void assertRejects(String message, Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {
        -1,
        0,
        0.000999,
        10_000_001,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        -Double.MAX_VALUE
      })
  void rejectsRatesOutOfRange(double rate) {
    assertRejects("rate is not within 0.001 to 10000000: " + rate, () -> builder.rate(rate));
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, 0, 15, (1 << 20) + 1})
  void rejectsSizesOutOfRange(int size) {
    assertRejects("size is not within 16 to 1048576: " + size, () -> builder.size(size));
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, 0, 1025})
  void rejectsNumbersOfFlowsOutOfRange(int flows) {
    assertRejects("flows is not within 1 to 1024: " + flows, () -> builder.flows(flows));
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, -1, 0})
  void rejectsWhatIsNotPositive(long value) {
    Duration time = Duration.ofNanos(value);
    assertRejects("count is not positive: " + value, () -> builder.count(value));
    assertRejects("duration is not positive: " + time, () -> builder.duration(time));
    assertRejects("timeout is not positive: " + time, () -> builder.timeout(time));
    assertRejects("connectTimeout is not positive: " + time, () -> builder.connectTimeout(time));
  }

  @Test
  void rejectsANegativeWarmUp() {
    assertRejects("warmUp is negative: PT-1S", () -> builder.warmUp(SECOND.negated()));
  }

  @Test
  void acceptsTheEndsOfEachRange() {
    assertSame(builder, builder.rate(0.001).rate(10_000_000));
    assertSame(builder, builder.size(16).size(1 << 20));
    assertSame(builder, builder.flows(1).flows(1024));
    assertSame(builder, builder.count(1).count(Long.MAX_VALUE));
    assertSame(builder, builder.duration(Duration.ofNanos(1)).duration(FOREVER));
    assertSame(builder, builder.timeout(Duration.ofNanos(1)).connectTimeout(FOREVER));
    assertSame(builder, builder.warmUp(Duration.ZERO).warmUp(FOREVER));
  }

  @Test
  void rejectsWhatCannotBeUsedTogether() {
    assertRejects("Nobody can listen on udp://127.0.0.1:0", () -> builder.start(Endpoint.udp(0)));
    assertRejects("Nobody can listen on unix:", () -> builder.start(Endpoint.unix(Path.of(""))));
    builder.size(65_508);
    assertRejects(
        "size is more than the 65507 bytes of a datagram: 65508", () -> builder.start(UDP));
    builder.size(64).rate(1_000_000).timeout(SECOND.multipliedBy(5));
    assertRejects(
        "With rate 1000000.0 and timeout 5 s there would be 5000000 messages under way, the limit"
            + " is 4194304",
        () -> builder.start(UDP));
    builder.rate(1).sslParameters(new SSLParameters());
    assertRejects("sslParameters are set, but no sslContext", () -> builder.start(UDP));
    builder.sslContext(Certificates.none());
    assertRejects("sslContext is set, but " + UDP + " is not TCP", () -> builder.start(UDP));
  }

  /** The messages of the warm-up, all messages, and how many of a flow are remembered. */
  @ParameterizedTest
  @CsvSource({
    // rate, count, duration, warmUp, flows, timeout, warmUpMessages, messages, remembered
    "100, 0, , PT0S, 1, PT1S, 0, 1000, 65536",
    "100, 7, , PT0S, 1, PT1S, 0, 7, 65536",
    "100, 0, PT1S, PT0S, 1, PT1S, 0, 100, 65536",
    "100, 7, PT1S, PT0S, 1, PT1S, 0, 7, 65536",
    "100, 700, PT1S, PT0S, 1, PT1S, 0, 100, 65536",
    "100, 7, , PT1S, 1, PT1S, 100, 107, 65536",
    "10, 0, PT0.7S, PT0.3S, 1, PT1S, 3, 10, 65536",
    "10, 0, PT0.701S, PT0S, 1, PT1S, 0, 8, 65536",
    "0.001, 0, PT1S, PT0S, 1, PT1S, 0, 1, 65536",
    "300000, 1, , PT0S, 1, PT1S, 0, 1, 1048576",
    "300000, 1, , PT0S, 3, PT1S, 0, 1, 262144",
    "100, 1, , PT0S, 1024, PT1S, 0, 1, 1024",
  })
  void knowsHowManyMessagesThereAre(
      double rate,
      long count,
      Duration duration,
      Duration warmUp,
      int flows,
      Duration timeout,
      long warmUpMessages,
      long messages,
      int remembered) {
    builder.rate(rate).warmUp(warmUp).flows(flows).timeout(timeout);
    if (count > 0) {
      builder.count(count);
    }
    if (duration != null) {
      builder.duration(duration);
    }

    ProbeConfig config = new ProbeConfig(builder, UDP);

    assertEquals(warmUpMessages, config.warmUpMessages);
    assertEquals(messages, config.messages);
    assertEquals(remembered, config.remembered);
  }

  @Test
  void runsForAsLongAsThereAreNumbers() {
    builder.rate(10_000_000).duration(FOREVER).timeout(Duration.ofMillis(100));

    assertEquals(ProbeMessages.MAX_NUMBER, new ProbeConfig(builder, UDP).messages);
    assertEquals(
        ProbeMessages.MAX_NUMBER,
        new ProbeConfig(builder.warmUp(FOREVER).count(Long.MAX_VALUE), UDP).messages);
  }

  @Test
  void saysWhatItIs() {
    assertEquals(
        "PathProbe.Builder[rate=100.0, duration=10 s, size=64, flows=1, timeout=1 s, warmUp=0 s,"
            + " framing=LINES, tls=false]",
        builder.toString());
    assertEquals(
        "PathProbe.Builder[rate=0.5, count=7, size=64, flows=2, timeout=1 s, warmUp=0 s,"
            + " framing=RAW, tls=false]",
        builder.rate(0.5).count(7).flows(2).framing(Framing.RAW).toString());
  }

  @Test
  void repliesAreChecked() {
    Message reply = Message.of("X");
    assertRejects("flow is not positive: 0", () -> new ProbeReply(0, 1, SECOND, reply));
    assertRejects("number is not positive: 0", () -> new ProbeReply(1, 0, SECOND, reply));
    assertRejects(
        "roundTrip is negative: PT-1S", () -> new ProbeReply(1, 1, SECOND.negated(), reply));
  }
}

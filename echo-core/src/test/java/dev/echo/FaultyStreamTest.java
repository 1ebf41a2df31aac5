package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.echo.internal.server.ServerBuilder;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.RecordingListener;
import dev.echo.testing.StreamKind;
import dev.echo.testing.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests of a server with faults that plain sockets talk to, over all streams. */
@ParameterizedClass
@EnumSource
@Timeout(60)
abstract class FaultyStreamTest {

  static final Duration SECOND = Duration.ofSeconds(1);

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @Parameter
  StreamKind kind;

  final RecordingListener listener = new RecordingListener();
  final AtomicLong nanos = new AtomicLong();
  private final ExecutorService executor = Executors.newSingleThreadExecutor();
  ServerBuilder builder;

  @BeforeEach
  void build() {
    builder = new ServerBuilder().listener(listener).nanoClock(nanos::get);
    kind.set(builder, executor);
  }

  @AfterEach
  void endExecutor() {
    executor.shutdown();
  }

  final EchoServer start(Fault... faults) throws IOException {
    return start(FaultPlan.script(faults));
  }

  final EchoServer start(FaultPlan plan) throws IOException {
    return builder.faults(plan).start(kind.free());
  }

  final EchoServer startForFirstPeer(Fault... faults) throws IOException {
    return start(FaultPlan.perPeer(FaultPlan.script(faults)));
  }

  /** Has another connection answered, by when the first would have been. */
  final void assertServesOthers(EchoServer server) throws IOException {
    int loops = kind == StreamKind.TCP_WITH_FOUR_LOOPS ? 4 : 1;
    for (int i = 0; i < loops; i++) {
      try (Wire other = kind.connect(server)) {
        assertEquals("1\n", other.send("1\n").halfClose().receiveToEnd());
      }
    }
  }

  /** Lets time pass, and each loop see it, which else would sleep for as long. */
  final void passTime(EchoServer server, Duration time) throws IOException {
    nanos.addAndGet(time.toNanos());
    assertServesOthers(server);
  }

  final void assertSilent(Wire peer) throws IOException {
    if (kind == StreamKind.TLS) {
      return; // there are session tickets to read
    }
    peer.channel.configureBlocking(false);
    assertEquals(0, peer.channel.read(ByteBuffer.allocate(1)));
    peer.channel.configureBlocking(true);
  }

  final void assertFaults(EchoServer server, String... faults) {
    assertEquals(List.of(faults), listener.faults);
    assertEquals(faults.length, server.stats().faults());
  }
}

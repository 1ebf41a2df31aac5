package dev.echo.internal.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.echo.EchoListener;
import dev.echo.EchoServer;
import dev.echo.Endpoint;
import dev.echo.Exchange;
import dev.echo.Fault;
import dev.echo.FaultPlan;
import dev.echo.Framing;
import dev.echo.Peer;
import dev.echo.testing.Certificates;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.Wire;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What a connection holds is free when the listener is told of its failure, as there may be no
 * memory to tell of it before.
 */
@Timeout(30)
class FreedFirstTest {

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  /** What was held when the listener was told. */
  private final BlockingQueue<Long> held = new LinkedBlockingQueue<>();

  private volatile EchoServer server;

  private EchoServer.Builder builder() {
    return EchoServer.builder().listener(new EchoListener() {
      @Override
      public void onError(Peer peer, Throwable error) {
        held.add(((AbstractServer) server).buffers.held());
      }
    });
  }

  private void assertHoldsNothing() throws InterruptedException {
    Long bytes = held.poll(10, TimeUnit.SECONDS);
    assertNotNull(bytes, "no failure within 10 s");
    assertEquals(0, bytes);
  }

  @Test
  void afterAFrameThatWasCutOff() throws Exception {
    server = builder().framing(Framing.LENGTH_PREFIXED).start(Endpoint.tcp(0));
    try (EchoServer started = server;
        Wire peer = Wire.to(started.endpoint())) {
      peer.send(ByteBuffer.allocate(1_000).putInt(2_000).array()).halfClose();

      assertHoldsNothing();
    }
  }

  @Test
  void afterAFaultPlanThatFails() throws Exception {
    FaultPlan failing = new FaultPlan() {
      @Override
      public Fault faultFor(Exchange exchange) {
        return Fault.none();
      }

      @Override
      public Fault faultOnOpen(Peer peer) {
        throw new IllegalStateException("as it happens");
      }
    };
    server = builder().faults(failing).sslContext(Certificates.of("server")).start(Endpoint.tcp(0));
    try (EchoServer started = server;
        Wire peer = Wire.securedTo(started.endpoint())) {
      assertHoldsNothing();
      assertEquals("", peer.receiveToEnd());
    }
    assertEquals(1, noLeaks.takeWarnings().size());
  }

  @Test
  void afterAnExecutorThatRefuses() throws Exception {
    server = builder()
        .executor(task -> {
          throw new RejectedExecutionException();
        })
        .start(Endpoint.tcp(0));
    try (EchoServer started = server;
        Wire peer = Wire.to(started.endpoint())) {
      peer.send("hello\n");

      assertHoldsNothing();
      assertEquals("", peer.receiveToEnd());
      assertEquals(1, started.stats().dropped());
    }
    assertEquals(1, noLeaks.takeWarnings().size());
  }
}

package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.internal.BufferLimit;
import dev.echo.internal.server.ServerBuilder;
import dev.echo.internal.tls.Tls;
import dev.echo.internal.tls.TlsBuffers;
import dev.echo.internal.tls.TlsChannel;
import dev.echo.testing.Certificates;
import dev.echo.testing.MemoryChannel;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.Wire;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A server with room for one gets it back however a handshake ends. */
@Timeout(60)
class HandshakePlacesTest {

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  private final AtomicLong nanos = new AtomicLong();
  private final EchoClient.Builder welcome =
      EchoClient.builder().sslContext(Certificates.none()).connectTimeout(Duration.ofSeconds(10));
  private EchoServer server;

  @BeforeEach
  void start() throws Exception {
    server = new ServerBuilder()
        .sslContext(Certificates.of("server"))
        .maxConnections(1)
        .nanoClock(nanos::get)
        .idleTimeout(Duration.ofHours(1))
        .start(Endpoint.tcp(0));
  }

  @AfterEach
  void close() {
    server.close();
  }

  private void assertHasRoom() throws Exception {
    try (EchoClient client = welcome.connect(server.endpoint())) {
      assertEquals("hello", client.send("hello").message().text());
    }
  }

  /** The first bytes that a client sends. */
  private static byte[] greeting() throws Exception {
    MemoryChannel[] memory = MemoryChannel.pair();
    new TlsChannel(
            memory[0],
            Tls.forClient(Certificates.none(), null).connectingEngine(Endpoint.tcp("localhost", 1)),
            new TlsBuffers(),
            BufferLimit.NONE)
        .handshake();
    ByteBuffer greeting = ByteBuffer.allocate(memory[1].available());
    memory[1].read(greeting);
    return greeting.array();
  }

  @Test
  void afterAResetAtAnyByteOfTheGreeting() throws Exception {
    byte[] greeting = greeting();
    for (int size = 0; size <= greeting.length; size += size < 10 ? 1 : 60) {
      Wire.to(server.endpoint()).send(Arrays.copyOf(greeting, size)).reset();
      assertHasRoom();
    }
  }

  @Test
  void afterAResetWhenTheServerHasAnswered() throws Exception {
    for (int read = 1; read < 500; read += 100) {
      Wire peer = Wire.to(server.endpoint()).send(greeting());
      assertEquals(read, peer.receiveBytes(read).length);
      peer.reset();
      assertHasRoom();
    }
  }

  @Test
  void afterAHandshakeThatFailed() throws Exception {
    for (int i = 0; i < 5; i++) {
      try (Wire peer = Wire.to(server.endpoint()).send("plain text\n")) {
        assertTrue(peer.receiveBytesToEnd().length > 0, "it is told so by an alert");
      }
      assertHasRoom();
    }
  }

  @Test
  void afterAHandshakeThatTookTooLong() throws Exception {
    try (Wire silent = Wire.to(server.endpoint()).send(greeting())) {
      assertEquals(1, silent.receiveBytes(1).length);
      nanos.addAndGet(Duration.ofSeconds(11).toNanos());
      silent.send(new byte[] {22}); // which wakes the loop
      assertHasRoom();
    }
  }
}

package dev.echo.internal.tls;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.Endpoint;
import dev.echo.internal.BufferLimit;
import dev.echo.testing.Certificates;
import dev.echo.testing.MemoryChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of two channels that face each other over a stream in memory. */
@ParameterizedClass
@ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
@Timeout(60)
abstract class TlsChannelPairTest {

  @Parameter
  String version;

  final MemoryChannel[] sockets = MemoryChannel.pair();
  final BufferLimit buffers = new BufferLimit(1_000_000);
  TlsChannel client;
  TlsChannel server;
  SSLEngine clientEngine;

  final void open() throws IOException {
    SSLParameters only = Certificates.protocol(version);
    clientEngine =
        Tls.forClient(Certificates.none(), only).connectingEngine(Endpoint.tcp("localhost", 7));
    client = new TlsChannel(sockets[0], clientEngine, new TlsBuffers(), buffers);
    server = new TlsChannel(
        sockets[1],
        Tls.forServer(Certificates.of("server"), only).acceptingEngine(),
        new TlsBuffers(),
        buffers);
  }

  final void shakeHands() throws IOException {
    open();
    shakeOpenHands();
  }

  final void shakeOpenHands() throws IOException {
    int tries = 0;
    while (!goOn(client) | !goOn(server)) { // each waits for the other
      assertTrue(++tries < 100_000);
    }
  }

  static boolean goOn(TlsChannel channel) throws IOException {
    TlsChannel.Need need = channel.handshake();
    if (need == TlsChannel.Need.TASKS) {
      channel.runTasks();
    }
    return need == TlsChannel.Need.NOTHING;
  }

  static byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  static byte[] read(TlsChannel from, int count) throws IOException {
    ByteBuffer all = ByteBuffer.allocate(count);
    ByteBuffer in = ByteBuffer.allocate(65_536);
    for (int tries = 0; all.hasRemaining() && tries < 1_000_000; tries++) {
      assertTrue(from.read(in.clear()) >= 0);
      all.put(in.flip());
    }
    return all.array();
  }
}

package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.echo.testing.NoLeaks;
import dev.echo.testing.Wire;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server in a process whose heap others have filled to the last byte, for a moment. */
@Timeout(60)
class FullHeapFaultTest {

  private static final int PATIENCE_MILLIS = 100;

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @RegisterExtension
  final NoLeftovers noLeftovers = new NoLeftovers();

  @ParameterizedTest
  @ValueSource(strings = {"framing=LINES", "executor=2", "eventLoops=2"})
  void servesAgainOverTcpWhenThereIsRoom(String setting) throws Exception {
    try (ServerProcess server =
        ServerProcess.start(List.of("-Xmx32m"), "tcp://127.0.0.1:0", setting)) {
      CompletableFuture<String> full = fillHeap(server);

      while (!full.isDone()) {
        askOverTcp(server);
      }

      full.get(10, TimeUnit.SECONDS);
      try (Wire peer = Wire.to(server.endpoint)) {
        assertEquals("hello\n", peer.send("hello\n").receiveLine());
      }
      // A key that the JDK's selector had no memory for is closed by the idle timeout only.
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"framing=LINES", "executor=each", "eventLoops=2"})
  void servesAgainOverUdpWhenThereIsRoom(String setting) throws Exception {
    try (ServerProcess server =
            ServerProcess.start(List.of("-Xmx32m"), "udp://127.0.0.1:0", setting);
        DatagramSocket peer = new DatagramSocket()) {
      peer.connect((InetSocketAddress) server.endpoint.address());
      peer.setSoTimeout(PATIENCE_MILLIS);
      CompletableFuture<String> full = fillHeap(server);

      while (!full.isDone()) {
        askOverUdp(peer);
      }

      full.get(10, TimeUnit.SECONDS);
      peer.setSoTimeout(10_000);
      assertEquals(1, askOverUdp(peer));
    }
  }

  private static CompletableFuture<String> fillHeap(ServerProcess server) {
    return CompletableFuture.supplyAsync(() -> {
      try {
        return server.child.ask(ServerMain.FILL_HEAP);
      } catch (IOException | InterruptedException e) {
        throw new CompletionException(e);
      }
    });
  }

  /** Whether it is answered is left open. */
  private static void askOverTcp(ServerProcess server) {
    InetSocketAddress address = (InetSocketAddress) server.endpoint.address();
    try (Socket peer = new Socket()) {
      peer.connect(address, PATIENCE_MILLIS);
      peer.setSoTimeout(PATIENCE_MILLIS);
      peer.getOutputStream().write("x".repeat(1_000).getBytes());
      peer.getOutputStream().write('\n');
      peer.getInputStream().read();
    } catch (IOException e) {
      // It was closed, or there was no time.
    }
  }

  /** Returns the size of what came back, or 0. */
  private static int askOverUdp(DatagramSocket peer) throws IOException {
    peer.send(new DatagramPacket(new byte[] {'x'}, 1));
    DatagramPacket reply = new DatagramPacket(new byte[10], 10);
    try {
      peer.receive(reply);
      return reply.getLength();
    } catch (SocketTimeoutException e) {
      return 0;
    }
  }
}

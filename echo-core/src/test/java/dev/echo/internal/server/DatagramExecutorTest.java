package dev.echo.internal.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.EchoServer;
import dev.echo.Endpoint;
import dev.echo.testing.NoLeaks;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A UDP server with an executor, whose thread is interrupted by somebody else. */
@Timeout(30)
class DatagramExecutorTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  private static void send(DatagramSocket socket, EchoServer server, String text)
      throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    socket.send(new DatagramPacket(bytes, bytes.length, server.endpoint().address()));
  }

  private static String receive(DatagramSocket socket) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[100], 100);
    socket.setSoTimeout((int) SOON.toMillis());
    socket.receive(packet);
    return new String(packet.getData(), 0, packet.getLength(), UTF_8);
  }

  @Test
  void servesOn() throws Exception {
    BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    AtomicBoolean runsAtOnce = new AtomicBoolean();
    Executor executor = task -> {
      if (runsAtOnce.get()) {
        task.run();
      } else {
        tasks.add(task);
      }
    };
    try (EchoServer server = EchoServer.builder().executor(executor).start(Endpoint.udp(0));
        DatagramSocket socket = new DatagramSocket()) {
      List<Runnable> taken = new ArrayList<>();
      receivingThread().interrupt(); // while it waits for datagrams
      for (int i = 0; i < 1024; i++) { // as many as are taken at once
        send(socket, server, "x");
        taken.add(tasks.poll(10, TimeUnit.SECONDS));
      }
      send(socket, server, "last");
      Thread receiving = receivingThread();
      awaitWaiting(receiving);

      receiving.interrupt();
      awaitWaiting(receiving);
      runsAtOnce.set(true);
      List<String> replies = new ArrayList<>();
      for (Runnable task : taken) { // one by one, as the socket has room for few
        task.run();
        replies.add(receive(socket));
      }
      replies.add(receive(socket));

      assertTrue(replies.contains("last"));
    }
  }

  @Test
  void endsInOrder() throws Exception {
    BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    EchoServer server = EchoServer.builder().executor(tasks::add).start(Endpoint.udp(0));
    try (DatagramSocket socket = new DatagramSocket()) {
      send(socket, server, "x");
      Runnable task = tasks.poll(10, TimeUnit.SECONDS);
      server.shutdown();
      Thread receiving = receivingThread();
      awaitWaiting(receiving);

      receiving.interrupt();
      awaitWaiting(receiving);
      task.run();

      assertEquals("x", receive(socket));
      assertTrue(server.awaitTermination(SOON));
    } finally {
      server.shutdownNow();
    }
  }

  private Thread receivingThread() {
    return noLeaks.threads().stream()
        .filter(thread -> thread.getName().endsWith("-0"))
        .findFirst()
        .orElseThrow();
  }

  /** Waits until a thread waits for another one, and has no interrupt to heed. */
  private static void awaitWaiting(Thread thread) {
    long end = System.nanoTime() + SOON.toNanos();
    while (thread.isInterrupted() || thread.getState() != Thread.State.WAITING) {
      assertTrue(thread.isAlive() && System.nanoTime() < end, () -> "it is " + thread.getState());
      Thread.onSpinWait();
    }
  }
}

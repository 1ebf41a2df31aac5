package dev.echo.internal.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.spy;

import dev.echo.Endpoint;
import dev.echo.testing.Gate;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.Until;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.mockito.InOrder;

/** The end of a server, whatever its transport. */
@Timeout(30)
class AbstractServerTest {

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(20);

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  /** A server that ends when the test says so. */
  private static class Endless extends AbstractServer {
    boolean isShutDown;

    Endless(Duration closeTimeout) {
      super(Endpoint.tcp(0), new ServerConfig(new ServerBuilder().closeTimeout(closeTimeout)));
    }

    @Override
    public void shutdown() {
      isShutDown = true;
    }

    @Override
    public void shutdownNow() {
      force();
    }
  }

  @Test
  void waitsForTheOrderlyEndAndThenAMomentForTheForcedOne() throws Exception {
    AbstractServer server = spy(new Endless(CLOSE_TIMEOUT));
    doReturn(false).when(server).awaitTermination(any());

    server.close();

    InOrder inOrder = inOrder(server);
    inOrder.verify(server).shutdown();
    inOrder.verify(server).awaitTermination(CLOSE_TIMEOUT);
    inOrder.verify(server).shutdownNow();
    inOrder.verify(server).awaitTermination(Duration.ofMillis(400));
  }

  @Test
  void keepsAnInterruptThatComesWhenTheEndIsForced() {
    AbstractServer server = new Endless(Duration.ZERO) {
      @Override
      public void shutdownNow() {
        Thread.currentThread().interrupt();
      }
    };

    server.close();

    assertTrue(Thread.interrupted());
  }

  @Test
  void leavesNoThreadWhenTheTerminationWasAwaited() throws Exception {
    Gate gate = new Gate();
    AbstractServer server = new Endless(CLOSE_TIMEOUT);
    server.newThread(gate::enter, "0").start();
    gate.awaitEntered();
    server.terminate();
    CompletableFuture<List<Thread>> left = new CompletableFuture<>();
    Thread waiting = new Thread(() -> left.complete(threadsAfterTermination(server)));
    waiting.start();

    Until.holds(() -> waiting.getState() == Thread.State.TIMED_WAITING || !waiting.isAlive());
    gate.open();

    assertEquals(List.of(), left.get(10, TimeUnit.SECONDS));
    waiting.join(CLOSE_TIMEOUT.toMillis());
  }

  private List<Thread> threadsAfterTermination(AbstractServer server) {
    try {
      server.awaitTermination();
      return noLeaks.threads();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void doesNotWaitForItsOwnCodeThatHasCalledThatOfAnotherServer() {
    Endless outer = new Endless(Duration.ZERO);
    AbstractServer inner = new Endless(Duration.ZERO);

    outer.runInside(() -> {
      inner.runInside(() -> {});
      outer.close();
    });

    assertTrue(outer.isShutDown);
    assertFalse(outer.isForced());
  }
}

package dev.echo.internal.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.Echo;
import dev.echo.Endpoint;
import dev.echo.Message;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which message a reply goes to. */
@Timeout(30)
class InFlightTest {

  private final AbstractClient client = new Unconnected();
  private final InFlight inFlight = new InFlight();

  private static final class Unconnected extends AbstractClient {

    Unconnected() {
      super(Endpoint.tcp(7), new ClientConfig(new ClientBuilder()));
    }

    @Override
    public Echo send(Message message) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Echo> sendAsync(Message message) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Endpoint localEndpoint() {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }

  private Pending add(int size, long start, CompletableFuture<Echo> future) {
    Pending sent = new Pending(client, size, start, start, future);
    inFlight.add(sent);
    return sent;
  }

  private Pending add() {
    return add(1, 0, null);
  }

  @Test
  void givesRepliesInTheOrderOfSending() throws Exception {
    Pending first = add(1, 1_000, null);
    Pending second = add(1, 2_000, null);

    inFlight.succeed(Message.of("1"), 5_000);
    assertFalse(second.done);
    inFlight.succeed(Message.of("2"), 9_000);

    assertEquals(new Echo(Message.of("1"), Duration.ofNanos(4_000), false), first.result());
    assertEquals(new Echo(Message.of("2"), Duration.ofNanos(7_000), false), second.result());
    assertTrue(inFlight.isEmpty());
  }

  @Test
  void keepsTheLateReplyOfAMessageFromTheNext() throws Exception {
    Pending late = add();
    Pending next = add();
    late.done = true;

    inFlight.succeed(Message.of("late"), 0);
    assertFalse(next.done);
    inFlight.succeed(Message.of("next"), 0);

    assertEquals("next", next.result().message().text());
  }

  @Test
  void failsOneMessageOrAll() {
    IOException tooLarge = new IOException("too large");
    IOException closed = new IOException("closed");
    Pending first = add();
    Pending second = add();
    CompletableFuture<Echo> third = new CompletableFuture<>();
    add(1, 0, third);

    inFlight.fail(tooLarge);
    assertFalse(second.done);
    inFlight.failAll(closed);

    assertSame(tooLarge, assertThrows(IOException.class, first::result));
    assertSame(closed, assertThrows(IOException.class, second::result));
    assertSame(closed, assertThrows(Exception.class, third::get).getCause());
    assertTrue(inFlight.isEmpty());
  }

  @Test
  void hasRoomForABoundedNumber() {
    for (int i = 0; i < AbstractClient.MAX_IN_FLIGHT; i++) {
      assertFalse(inFlight.isFull());
      add();
    }

    assertTrue(inFlight.isFull());
    assertEquals(AbstractClient.MAX_IN_FLIGHT, inFlight.size());
    inFlight.succeed(Message.of("1"), 0);
    assertFalse(inFlight.isFull());
  }

  @Test
  void knowsWhetherSomebodyWaits() {
    assertFalse(inFlight.isAwaited());
    Pending sent = add();
    assertTrue(inFlight.isAwaited());

    sent.done = true; // its time is up

    assertFalse(inFlight.isAwaited());
    assertFalse(inFlight.isEmpty());
  }

  @Test
  void knowsTheSizeOfWhatIsAnsweredNext() {
    assertEquals(-1, inFlight.nextSize());
    add(3, 0, null);
    add(5, 0, null);

    assertEquals(3, inFlight.nextSize());
    inFlight.succeed(Message.of("abc"), 0);
    assertEquals(5, inFlight.nextSize());
  }

  @Test
  void findsTheMessageThatAFutureWaitsForTheLongest() {
    assertNull(inFlight.firstFuture());
    add();
    Pending overdue = add(1, 0, new CompletableFuture<>());
    Pending next = add(1, 0, new CompletableFuture<>());
    assertSame(overdue, inFlight.firstFuture());

    overdue.fail(new IOException("its time is up"));

    assertSame(next, inFlight.firstFuture());
    assertEquals(3, inFlight.size());
  }
}

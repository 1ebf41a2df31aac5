package dev.echo.internal.client;

import dev.echo.Message;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The messages whose replies have not come, in the order of sending, which is that of the replies.
 *
 * <p>A message whose time is up stays in its place: its reply may still come, and would be taken
 * for that of the next one. Guarded by the client's lock.
 */
final class InFlight {

  private final Deque<Pending> messages =
      new ArrayDeque<>(AbstractClient.MAX_IN_FLIGHT); // which never grows

  int size() {
    return messages.size();
  }

  boolean isEmpty() {
    return messages.isEmpty();
  }

  boolean isFull() {
    return messages.size() >= AbstractClient.MAX_IN_FLIGHT;
  }

  /** Whether somebody waits for a reply; late ones may come otherwise, too. */
  boolean isAwaited() {
    return !messages.isEmpty() && !messages.getLast().done;
  }

  void add(Pending sent) {
    messages.add(sent);
  }

  /** Returns how many bytes were sent with the message that the next reply is for, or -1. */
  int nextSize() {
    return messages.isEmpty() ? -1 : messages.peek().size;
  }

  /** Gives a reply to the message that waits the longest. */
  void succeed(Message reply, long now) {
    Pending answered = messages.element();
    answered.succeed(new AbstractClient.Reply(reply, now - answered.start));
    messages.poll();
  }

  /** Tells the message that waits the longest why it gets no reply. */
  void fail(Throwable reason) {
    messages.element().fail(reason);
    messages.poll();
  }

  /** Needs no memory, as there may be none. */
  void failAll(Throwable reason) {
    for (Pending next = messages.poll(); next != null; next = messages.poll()) {
      next.fail(reason);
    }
  }

  /** Returns the message that a future waits for the longest, or null. */
  Pending firstFuture() {
    for (Pending sent : messages) {
      if (sent.future != null && !sent.done) {
        return sent;
      }
    }
    return null;
  }
}

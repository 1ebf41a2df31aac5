package dev.echo.internal.client;

import dev.echo.Echo;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/** A message in flight, and what becomes of it. As a task it completes the future. */
final class Pending implements Runnable {

  private static final long PAUSE_NANOS = Duration.ofMillis(10).toNanos();

  private final AbstractClient client;
  final int size;
  final long start;
  final long deadline;

  /** Null if the sender waits for the reply itself. */
  final CompletableFuture<Echo> future;

  boolean done;
  private AbstractClient.Reply reply;
  private Throwable failure;

  /** Whether the task has begun, on whichever thread. */
  private boolean begun;

  Pending(
      AbstractClient client, int size, long start, long deadline, CompletableFuture<Echo> future) {
    this.client = client;
    this.size = size;
    this.start = start;
    this.deadline = deadline;
    this.future = future;
  }

  /** What became of it, once it is done. */
  Echo result() throws IOException {
    if (failure instanceof IOException reason) {
      throw reason;
    }
    return reply.toEcho(client);
  }

  void succeed(AbstractClient.Reply received) {
    if (!done) {
      reply = received;
      end();
    }
  }

  /** Needs no memory, as there may be none. */
  void fail(Throwable reason) {
    if (!done) {
      failure = reason;
      end();
    }
  }

  private void end() {
    done = true;
    if (future != null) {
      AbstractClient.complete(this);
    }
  }

  /** Completes the future, at the latest when there is memory again. */
  @Override
  public void run() {
    if (!begin()) {
      return;
    }
    while (!future.isDone()) {
      try {
        tryToComplete();
      } catch (OutOfMemoryError e) {
        pause();
      }
    }
  }

  private static void pause() {
    try {
      LockSupport.parkNanos(PAUSE_NANOS);
    } catch (OutOfMemoryError e) {
      // What runs for the first time needs memory, too; the next try comes all the same.
    }
  }

  private void tryToComplete() {
    if (failure == null) {
      try {
        future.complete(reply.toEcho(client));
      } catch (Throwable e) { // it belongs to the future
        failure = e;
      }
    }
    if (failure != null) {
      future.completeExceptionally(failure);
    }
  }

  private synchronized boolean begin() {
    boolean first = !begun;
    begun = true;
    return first;
  }
}

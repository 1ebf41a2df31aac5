package dev.echo;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** A message in flight, and what becomes of it. As a task it completes the future. */
final class Pending implements Runnable {

  private static final int TRIES = 3;

  private final ConnectedClient client;
  final int size;
  final long start;
  final long deadline;

  /** Null if the sender waits for the reply itself. */
  final CompletableFuture<Echo> future;

  boolean done;
  private ConnectedClient.Reply reply;
  private Throwable failure;

  /** Whether the task has begun, on whichever thread. */
  private boolean begun;

  Pending(
      ConnectedClient client, int size, long start, long deadline, CompletableFuture<Echo> future) {
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

  void succeed(ConnectedClient.Reply received) {
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
      ConnectedClient.complete(this);
    }
  }

  @Override
  public void run() {
    if (!begin()) {
      return;
    }
    Throwable error = failure;
    if (error == null) {
      try {
        future.complete(reply.toEcho(client));
        return;
      } catch (Throwable e) { // it belongs to the future
        error = e;
      }
    }
    for (int i = 0; i < TRIES && !future.isDone(); i++) {
      try {
        future.completeExceptionally(error);
      } catch (OutOfMemoryError e) {
        Thread.onSpinWait(); // little is needed, and what failed has freed more
      }
    }
  }

  private synchronized boolean begin() {
    boolean first = !begun;
    begun = true;
    return first;
  }
}

package dev.echo;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** A message of a stream client that is in flight. */
final class Pending {

  private final ConnectedClient client;
  final int size;
  final long start;
  final long deadline;

  /** Null if the sender waits for the reply itself. */
  final CompletableFuture<Echo> future;

  boolean done;
  private ConnectedClient.Reply reply;
  private IOException failure;

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
    if (failure != null) {
      throw failure;
    }
    return reply.toEcho(client);
  }

  void succeed(ConnectedClient.Reply received) {
    if (!done && future != null) {
      client.complete(future, received);
    }
    reply = received;
    done = true;
  }

  void fail(IOException reason) {
    if (!done && future != null) {
      client.fail(future, reason);
    }
    failure = reason;
    done = true;
  }
}

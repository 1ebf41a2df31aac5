package dev.echo.benchmark;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import io.vertx.core.parsetools.RecordParser;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/** A Vert.x client for lines, with a future for each. */
final class VertxClient implements LineClient.Pipelined {

  private final Vertx vertx = VertxServers.newVertx();
  private final Context context = vertx.getOrCreateContext();

  /** Kept because Vert.x closes the connections of a client that nobody refers to. */
  private final NetClient client = vertx.createNetClient();

  private final NetSocket socket;

  /** The futures in the order of sending; only the event loop touches them. */
  private final Queue<CompletableFuture<String>> awaited = new ArrayDeque<>();

  VertxClient(int port) {
    socket = client.connect(port, Peer.HOST).await();
    socket.handler(RecordParser.newDelimited("\n", this::received));
  }

  private void received(Buffer line) {
    awaited.remove().complete(line.toString());
  }

  @Override
  public CompletableFuture<String> send(String line) {
    CompletableFuture<String> reply = new CompletableFuture<>();
    context.runOnContext(nothing -> {
      awaited.add(reply);
      socket.write(line + "\n");
    });
    return reply;
  }

  @Override
  public void close() {
    vertx.close().await();
  }
}

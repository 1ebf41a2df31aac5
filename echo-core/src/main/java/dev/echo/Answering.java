package dev.echo;

import java.nio.ByteBuffer;

/** Makes the replies to what was read on the executor, and gives them back to the loop. */
final class Answering implements Runnable {

  private final Connection connection;
  private final ByteBuffer unread;

  /** Made beforehand, as the loop would wait for ever for what there is no memory to give it. */
  private final TaskQueue.Task answered;

  /** What was made of it, until it failed. */
  private Replies replies;

  private boolean more;
  private Throwable failure;

  Answering(Connection connection, ByteBuffer unread) {
    this.connection = connection;
    this.unread = unread;
    this.answered =
        new TaskQueue.Task(() -> connection.answered(this.replies, this.more, this.failure));
  }

  /** Has the connection to itself, until the loop is told. */
  @Override
  public void run() {
    try {
      StreamServer server = connection.server();
      ServerConfig config = server.config;
      replies = new Replies(unread.remaining(), server.buffers);
      FrameDecoder decoder = FrameDecoder.of(config.framing, config.maxMessageSize, server.buffers);
      more = connection.respond(unread, decoder, replies);
    } catch (Throwable e) { // it is the connection's
      failure = e;
    }
    connection.loop.execute(answered);
  }
}

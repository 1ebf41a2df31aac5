package dev.echo.internal.server;

import dev.echo.internal.codec.FrameDecoder;
import dev.echo.internal.loop.TaskQueue;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;

/** Makes the replies to what was read on the executor, and gives them back to the loop. */
final class ReplyTask implements Runnable {

  private final Connection connection;
  private final ByteBuffer unread;

  /** Made beforehand, as the loop would wait for ever for what there is no memory to give it. */
  private final TaskQueue.Task answered;

  /** An executor that runs it and throws, or runs it twice, must not have it counted twice. */
  private final AtomicBoolean begun = new AtomicBoolean();

  /** What was made of it, until it failed. */
  private Replies replies;

  private boolean more;
  private Throwable failure;

  ReplyTask(Connection connection, ByteBuffer unread) {
    this.connection = connection;
    this.unread = unread;
    this.answered =
        new TaskQueue.Task(() -> connection.answered(this.replies, this.more, this.failure));
  }

  /** Returns whether it had not begun; it is done at most once. */
  boolean begin() {
    return begun.compareAndSet(false, true);
  }

  /** Has the connection to itself, until the loop is told. */
  @Override
  public void run() {
    if (!begin()) {
      return;
    }
    try {
      StreamServer server = connection.server();
      ServerConfig config = server.config;
      replies = new Replies(unread.remaining(), server.buffers);
      FrameDecoder decoder = FrameDecoder.of(config.framing, config.maxMessageSize, server.buffers);
      more = connection.respond(unread, decoder, replies);
    } catch (Throwable e) { // it is the connection's
      failure = e;
    }
    connection.worker.loop.execute(answered);
  }
}

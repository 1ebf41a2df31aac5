package dev.echo.internal.server;

import dev.echo.internal.loop.TaskQueue;
import java.nio.ByteBuffer;

/** Makes the replies to what was read on the executor, and gives them back to the loop. */
final class ReplyTask extends ExecutorTask {

  private final Connection connection;
  private final ByteBuffer unread;
  private final long start;

  /** Allocated up front: without memory later, the loop would never be notified. */
  private final TaskQueue.Task answered = new TaskQueue.Task(this::giveBack);

  /** Null until there was room for them. */
  private Replies replies;

  /** What has made them, or null. */
  private Batch batch;

  private boolean more;
  private Throwable failure;

  private ReplyTask(Connection connection, ByteBuffer unread) {
    this.connection = connection;
    this.unread = unread;
    this.start = connection.worker.loop.now();
  }

  /**
   * Called on the loop.
   *
   * @return what the executor has thrown instead of taking the task, or null
   */
  static Throwable start(Connection connection, ByteBuffer unread) {
    StreamServer server = connection.worker.server;
    ReplyTask task = new ReplyTask(connection, unread);
    try {
      server.config.executor.execute(() -> server.runInside(task));
    } catch (Throwable e) { // of user code
      if (task.begin()) {
        return e;
      }
      server.events.failed(connection.peer, e); // of an executor that has taken it all the same
    }
    return null;
  }

  /** Has the connection to itself, until the loop is told. */
  @Override
  void answer() {
    try {
      StreamServer server = connection.worker.server;
      replies = new Replies(unread.remaining(), server.buffers);
      batch = new Batch(server, replies);
      more = batch.answer(unread, connection);
    } catch (Throwable e) { // the loop reports it
      failure = e;
    }
    connection.worker.loop.execute(answered);
  }

  /** Runs on the loop. */
  private void giveBack() {
    connection.stopAnswering(connection.worker.loop.now() - start);
    try {
      if (batch != null) {
        batch.conclude(connection);
      }
      if (connection.isClosed()) {
        connection.dropLeftovers();
      } else if (failure != null) {
        connection.fail("Serve", failure);
      } else {
        connection.worker.flow.answered(connection, batch, more);
      }
    } catch (Throwable e) {
      connection.fail("Serve", e);
    } finally {
      if (replies != null) {
        replies.release();
      }
    }
  }
}

package dev.echo.internal.server;

import dev.echo.CloseReason;
import dev.echo.internal.BufferLimit;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;

/**
 * The way of messages through a connection: read, answered, written, with back-pressure between
 * them.
 *
 * <p>One for each worker, with the buffers that its connections use in turn, so that an idle one
 * owns none. What is left over is kept by the connection.
 */
class MessageFlow {

  private static final int READ_SIZE = 65_536;
  static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final StreamServer server;
  private final BufferLimit buffers;
  private final ByteBuffer in = ByteBuffer.allocate(READ_SIZE);
  private final Batch batch;

  MessageFlow(StreamServer server) {
    this.server = server;
    this.buffers = server.buffers;
    this.batch = new Batch(server, new Replies(buffers));
  }

  ByteBuffer in() {
    return in.clear();
  }

  /** Returns whether there was something, and the connection reads on. */
  boolean read(Connection connection) throws IOException {
    ByteBuffer received = in();
    if (!connection.receive(received) || received.position() == 0 && !connection.hasEnded()) {
      return false;
    }
    answer(connection, received.flip());
    return connection.isReading();
  }

  /**
   * Answers what has come up to the end of the server, and has the connection end.
   *
   * @param isQuiet whether it had no traffic for a while
   */
  void finish(Connection connection, boolean isQuiet) throws IOException {
    ByteBuffer received = in();
    if (!connection.receive(received)) {
      return;
    }
    if (isQuiet && received.position() == 0) {
      connection.close(); // nothing is on its way in either direction
    } else {
      answer(connection, received.flip());
    }
  }

  /** Answers every message in the buffer, unless the peer stops taking the replies. */
  void answer(Connection connection, ByteBuffer received) throws IOException {
    if (server.config.detectsProtocols && connection.isNew()) {
      OtherProtocols.refuse(received);
    }
    if (server.config.executor != null
        && (received.hasRemaining() || connection.hasEnded() && connection.partial() != null)) {
      connection.keepLeftovers().keepUnread(received, buffers);
      answerOnExecutor(connection);
      return;
    }
    boolean more;
    do {
      boolean written;
      try {
        more = batch.answer(received, connection);
        batch.conclude(connection);
        written = write(connection, batch.replies);
      } finally {
        batch.replies.clear();
      }
      if (!written) {
        if (more && !connection.isClosed()) {
          connection.keepLeftovers().keepUnread(received, buffers);
        }
        return;
      }
    } while (more);
    if (connection.leftovers() != null) {
      connection.leftovers().dropUnread(buffers);
    }
    goOn(connection);
  }

  private void answerOnExecutor(Connection connection) throws IOException {
    connection.startAnswering();
    Throwable refusal;
    try {
      connection.await(0);
      refusal = ReplyTask.start(connection, connection.leftovers().unread());
    } catch (Throwable e) {
      connection.stopAnswering(0); // it is this loop's again
      throw e;
    }
    if (refusal != null) {
      connection.stopAnswering(0);
      connection.stopReading(CloseReason.FAILED);
      connection.dropLeftovers();
      server.events.messageFailed(connection.peer, refusal);
      goOn(connection);
    }
  }

  /** Goes on with what was made on the executor. */
  void answered(Connection connection, Batch made, boolean more) throws IOException {
    connection.worker.loop.wakeUpAt(connection.deadline()); // it may have been passed over
    if (!more) {
      connection.leftovers().dropUnread(buffers);
    }
    boolean written = write(connection, made.replies);
    if (written && more) {
      answerOnExecutor(connection);
    } else if (written) {
      goOn(connection);
    }
  }

  /** Writes the replies; false if the socket has not taken all, which is kept, or has ended. */
  boolean write(Connection connection, Replies replies) {
    if (replies.isEmpty()) {
      return true;
    }
    connection.touch();
    ByteBuffer out = replies.view();
    boolean written = connection.send(out);
    if (!written && !connection.isClosed()) {
      connection.keepLeftovers().keepUnsent(out, buffers);
      connection.await(SelectionKey.OP_WRITE);
    }
    return written;
  }

  void writeUnsent(Connection connection) throws IOException {
    ByteBuffer unsent = connection.leftovers().unsent();
    int before = unsent.position();
    boolean written = connection.send(unsent);
    if (connection.isClosed()) {
      return;
    }
    if (unsent.position() > before || connection.transport.hasSentRecords()) {
      connection.touch(); // slow, but not idle
    }
    if (!written) {
      return;
    }
    connection.leftovers().dropUnsent(buffers);
    resume(connection);
  }

  /** Goes on with what was received before, or reads on. */
  void resume(Connection connection) throws IOException {
    Leftovers leftovers = connection.leftovers();
    if (leftovers == null || leftovers.unread() == null) {
      goOn(connection);
    } else {
      answer(connection, leftovers.unread());
    }
  }

  /** All that was received is answered: more is read, or the connection ends. */
  private void goOn(Connection connection) throws IOException {
    if (!connection.isEnding()) {
      connection.resumeReading();
    } else if (!connection.transport.sendCloseNotify()) {
      connection.keepLeftovers().keepUnsent(NOTHING, buffers); // to try again when there is room
      connection.await(SelectionKey.OP_WRITE);
    } else if (connection.hasEnded()) {
      connection.finish();
    } else {
      connection.halfClose();
    }
    if (connection.transport.hasMore()) {
      connection.worker.loop.execute(connection::readAgain);
    }
  }
}

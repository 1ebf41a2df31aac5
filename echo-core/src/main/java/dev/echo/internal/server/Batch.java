package dev.echo.internal.server;

import dev.echo.CloseReason;
import dev.echo.MessageTooLargeException;
import dev.echo.QuitScope;
import dev.echo.internal.BufferLimit;
import dev.echo.internal.IoErrors;
import dev.echo.internal.codec.Bytes;
import dev.echo.internal.codec.FrameDecoder;
import java.io.EOFException;
import java.nio.ByteBuffer;

/** Answers message after message of what was read, until their replies are enough for one write. */
final class Batch {

  private final StreamServer server;
  private final FrameDecoder decoder;
  final Replies replies;

  /** Why nothing more of the connection is to be read, or null. */
  private CloseReason closeReason;

  Batch(StreamServer server, Replies replies) {
    ServerConfig config = server.config;
    this.server = server;
    this.decoder = FrameDecoder.of(config.framing, config.maxMessageSize, server.buffers);
    this.replies = replies;
  }

  /**
   * Adds replies, and returns whether there is more to answer. Called by the loop, or on the
   * executor while the loop leaves the connection alone.
   */
  boolean answer(ByteBuffer in, Connection connection) {
    closeReason = null;
    decoder.resume(connection.partial());
    try {
      while (!replies.isFull()) {
        boolean atEnd = !in.hasRemaining();
        boolean isDone = atEnd && !(connection.hasEnded() && decoder.hasPartial());
        if (isDone || server.isForced()) {
          return false;
        }
        if (!answerNext(in, atEnd, connection)) {
          decoder.discard();
          in.position(in.limit());
          return false;
        }
      }
      return in.hasRemaining() || connection.hasEnded() && decoder.hasPartial();
    } finally {
      try {
        replies.publishTo(server.events);
      } finally {
        keepPartial(connection); // or the next connection would go on with it
      }
    }
  }

  private void keepPartial(Connection connection) {
    Bytes partial = decoder.suspend();
    try {
      connection.keepPartial(partial);
    } catch (OutOfMemoryError e) {
      partial.release();
      throw e;
    }
  }

  /** Has the connection end, and with it the server, if a message has asked for it. */
  void conclude(Connection connection) {
    if (closeReason != null) {
      connection.stopReading(closeReason);
      if (closeReason == CloseReason.QUIT && server.config.quitScope == QuitScope.SERVER) {
        server.shutdown();
      }
    }
  }

  /** Returns whether the connection goes on. */
  private boolean answerNext(ByteBuffer in, boolean atEnd, Connection connection) {
    try {
      // No switch: its table would be a class that is initialized when there may be no memory.
      FrameDecoder.Result result = atEnd ? decoder.end() : decoder.next(in);
      if (result == FrameDecoder.Result.FRAME) {
        return respond(connection);
      } else if (result == FrameDecoder.Result.TOO_LARGE) {
        return drop(connection, CloseReason.MESSAGE_TOO_LARGE, tooLarge(connection));
      }
      return !atEnd || drop(connection, null, cutOff(connection));
    } catch (BufferLimit.Exceeded e) {
      return drop(connection, CloseReason.FAILED, e);
    }
  }

  private boolean respond(Connection connection) {
    Responder.Outcome outcome = server.responder.respond(
        decoder.bytes,
        decoder.from,
        decoder.to,
        decoder.ending,
        connection.peer,
        connection.peer.nextMessage(),
        replies);
    if (outcome == Responder.Outcome.REPLIED) {
      return true;
    }
    closeReason = outcome == Responder.Outcome.QUIT ? CloseReason.QUIT : CloseReason.FAILED;
    return false;
  }

  private boolean drop(Connection connection, CloseReason reason, Throwable error) {
    closeReason = reason;
    decoder.discard(); // first, as there may be no memory to tell of it
    server.events.dropped(connection.peer, error);
    return false;
  }

  private MessageTooLargeException tooLarge(Connection connection) {
    return IoErrors.tooLarge(connection.peer.endpoint(), decoder.size, decoder.limit);
  }

  private static EOFException cutOff(Connection connection) {
    return new EOFException(
        "The stream from " + connection.peer.endpoint() + " ended inside a frame");
  }
}

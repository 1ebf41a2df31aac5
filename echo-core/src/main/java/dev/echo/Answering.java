package dev.echo;

import java.nio.ByteBuffer;

/** Makes the replies to what was read on the executor, and gives them back to the loop. */
final class Answering implements Runnable {

  private final Connection connection;
  private final ByteBuffer unread;

  Answering(Connection connection, ByteBuffer unread) {
    this.connection = connection;
    this.unread = unread;
  }

  /** Has the connection to itself, until the loop is told. */
  @Override
  public void run() {
    EventLoop loop = connection.loop;
    try {
      Replies replies = new Replies(unread.remaining());
      ServerConfig config = loop.server.config;
      FrameDecoder decoder = FrameDecoder.of(config.framing, config.maxMessageSize);
      boolean more = connection.respond(unread, decoder, replies);
      loop.execute(() -> connection.answered(replies, more));
    } catch (Throwable e) { // without memory, the loop would wait for the answer for ever
      loop.execute(() -> connection.fail("Serve", e));
    }
  }
}

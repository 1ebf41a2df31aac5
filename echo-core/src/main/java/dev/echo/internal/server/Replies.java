package dev.echo.internal.server;

import dev.echo.internal.BufferLimit;
import dev.echo.internal.codec.WriteBuffer;

/** The replies that one write will carry, with their counts. */
final class Replies extends WriteBuffer {

  private long messages;
  private long bytesIn;
  private long bytesOut;

  /** For one peer. */
  Replies(int capacity, BufferLimit limit) {
    super(capacity, limit);
  }

  /** For the peers of a thread in turn. */
  Replies(BufferLimit limit) {
    super(limit);
  }

  void count(int in, int out) {
    messages++;
    bytesIn += in;
    bytesOut += out;
  }

  /** Adds the counts to those of the server. */
  void publishTo(ServerEvents events) {
    if (messages > 0) {
      events.messages.add(messages);
      events.bytesIn.add(bytesIn);
      events.bytesOut.add(bytesOut);
      messages = bytesIn = bytesOut = 0;
    }
  }
}

package dev.echo;

import java.nio.ByteBuffer;

/** The replies that one write will carry, with their counts. */
final class Replies {

  private static final int CAPACITY = 65_536;

  private final Bytes bytes;
  private ByteBuffer view;
  private long messages;
  private long bytesIn;
  private long bytesOut;

  private Replies(Bytes bytes) {
    this.bytes = bytes;
  }

  /** For one peer. */
  Replies(int capacity, BufferLimit limit) {
    this(new Bytes(capacity, limit, 0));
  }

  /** For the peers of a thread in turn; only a reply that is larger than usual is theirs. */
  static Replies shared(BufferLimit limit) {
    return new Replies(new Bytes(CAPACITY, limit, 2 * CAPACITY));
  }

  Bytes bytes() {
    return bytes;
  }

  boolean isEmpty() {
    return bytes.size() == 0;
  }

  boolean isFull() {
    return bytes.size() >= CAPACITY;
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

  /** A view of the bytes, which is valid until more are added. */
  ByteBuffer view() {
    if (view == null || view.array() != bytes.array()) {
      view = ByteBuffer.wrap(bytes.array());
    }
    return view.clear().limit(bytes.size());
  }

  /** Forgets the replies, and gives back the room that a large one has taken. */
  void clear() {
    if (bytes.reset()) {
      view = null;
    }
  }

  /** Gives the room back, for good. */
  void release() {
    bytes.release();
  }
}

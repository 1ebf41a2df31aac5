package dev.echo;

import java.nio.ByteBuffer;

/** The replies that one write will carry, with their counts. */
final class Replies {

  private static final int CAPACITY = 65_536;

  private Bytes bytes;
  private ByteBuffer view;
  private long messages;
  private long bytesIn;
  private long bytesOut;

  Replies(int capacity) {
    bytes = new Bytes(capacity);
  }

  static Replies forEventLoop() {
    return new Replies(CAPACITY);
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

  void clear() {
    bytes.truncate(0);
    if (bytes.capacity() > 2 * CAPACITY) {
      bytes = new Bytes(CAPACITY);
      view = null;
    }
  }
}

package dev.echo.internal.codec;

import dev.echo.internal.BufferLimit;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** Frames that one write will carry. */
public class WriteBuffer {

  private static final int CAPACITY = 65_536;
  private static final int WRITE_SIZE = 65_536;

  private final Bytes bytes;
  private ByteBuffer view;

  /** For one peer. */
  public WriteBuffer(int capacity, BufferLimit limit) {
    this.bytes = new Bytes(capacity, limit, 0);
  }

  /** For the peers of a thread in turn; only a frame that is larger than usual is theirs. */
  public WriteBuffer(BufferLimit limit) {
    this.bytes = new Bytes(CAPACITY, limit, 2 * CAPACITY);
  }

  public final Bytes bytes() {
    return bytes;
  }

  public final boolean isEmpty() {
    return bytes.size() == 0;
  }

  public boolean isFull() {
    return bytes.size() >= CAPACITY;
  }

  /** A view of the bytes, which is valid until more are added. */
  public final ByteBuffer view() {
    if (view == null || view.array() != bytes.array()) {
      view = ByteBuffer.wrap(bytes.array());
    }
    return view.clear().limit(bytes.size());
  }

  /** Forgets the frames, and gives back the room that a large one has taken. */
  public void clear() {
    if (bytes.reset()) {
      view = null;
    }
  }

  /** Gives the room back, for good. */
  public final void release() {
    bytes.release();
  }

  /**
   * Writes what the socket takes without waiting, and returns whether that was all. It goes in
   * pieces, as the JDK copies each into a native buffer of that size, which it keeps.
   */
  public static boolean write(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
    int end = bytes.limit();
    try {
      while (bytes.position() < end) {
        bytes.limit(Math.min(end, bytes.position() + WRITE_SIZE));
        channel.write(bytes);
        if (bytes.hasRemaining()) {
          return false;
        }
      }
      return true;
    } finally {
      bytes.limit(end);
    }
  }
}

package dev.echo.internal;

import dev.echo.Endpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes a server holds for all of its peers together, and how many it may hold.
 *
 * <p>What is kept for a peer is reserved before it is allocated, and released when it is dropped.
 * May be used by all threads of a server; nothing is allocated unless the limit is passed.
 */
public final class BufferLimit {

  /** For those that hold nothing for anybody else. */
  public static final BufferLimit NONE = new BufferLimit(Long.MAX_VALUE);

  private final long limit;
  private final AtomicLong held = new AtomicLong();

  public BufferLimit(long limit) {
    this.limit = limit;
  }

  /** Thrown when there is no room; the connection or the datagram has to go. */
  public static final class Exceeded extends RuntimeException {

    private static final long serialVersionUID = 1L;

    Exceeded(long bytes, long held, long limit) {
      super(
          bytes + " bytes more are too many: " + held + " of " + limit
              + " are held for all peers (maxBufferedBytes)",
          null,
          false,
          false); // a peer can have many made, and where it was thrown says nothing
    }

    public IOException toIoException(Endpoint peer) {
      return new IOException("Buffer for " + peer + ": " + getMessage());
    }
  }

  public void reserve(long bytes) {
    if (bytes == 0 || this == NONE) {
      return;
    }
    long before;
    do {
      before = held.get();
      if (bytes > limit - before) {
        throw new Exceeded(bytes, before, limit);
      }
    } while (!held.compareAndSet(before, before + bytes));
  }

  /** Makes a buffer, backed by an array, whose size is reserved, or reserves nothing. */
  public ByteBuffer allocate(int size) {
    reserve(size);
    try {
      return ByteBuffer.allocate(size);
    } catch (OutOfMemoryError e) {
      release(size);
      throw e;
    }
  }

  public void release(long bytes) {
    if (bytes != 0 && this != NONE) {
      held.addAndGet(-bytes);
    }
  }

  public long held() {
    return held.get();
  }
}

package dev.echo.internal.server;

import dev.echo.internal.BufferLimit;
import dev.echo.internal.codec.Bytes;
import java.nio.ByteBuffer;

/** What a connection keeps between two events; an idle one keeps nothing. */
final class Leftovers {

  /** An incomplete frame, or null. */
  Bytes partial;

  /** How much of the above had arrived when it was taken for a sign of life. */
  int seen;

  /** What was read and waits for earlier replies to be written, or null. */
  private ByteBuffer unread;

  /** Replies that the socket did not take yet, or null. */
  private ByteBuffer unsent;

  ByteBuffer unread() {
    return unread;
  }

  ByteBuffer unsent() {
    return unsent;
  }

  /**
   * @param rest which may be what is kept already, of which less is left then
   */
  void keepUnread(ByteBuffer rest, BufferLimit limit) {
    if (rest != unread) {
      unread = copy(rest, limit);
    }
  }

  void keepUnsent(ByteBuffer rest, BufferLimit limit) {
    unsent = copy(rest, limit);
  }

  private static ByteBuffer copy(ByteBuffer rest, BufferLimit limit) {
    return limit.allocate(rest.remaining()).put(rest).flip();
  }

  void dropUnread(BufferLimit limit) {
    if (unread != null) {
      limit.release(unread.capacity());
      unread = null;
    }
  }

  void dropUnsent(BufferLimit limit) {
    if (unsent != null) {
      limit.release(unsent.capacity());
      unsent = null;
    }
  }

  void drop(BufferLimit limit) {
    if (partial != null) {
      partial.release();
      partial = null;
    }
    dropUnread(limit);
    dropUnsent(limit);
  }

  boolean isEmpty() {
    return partial == null && unread == null && unsent == null;
  }
}

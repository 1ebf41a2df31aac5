package dev.echo.internal.server;

import dev.echo.internal.BufferLimit;
import dev.echo.internal.codec.Bytes;
import java.nio.ByteBuffer;

/** What a connection keeps between two events; an idle one keeps nothing. */
final class Leftovers {

  /** How much of a message is a sign of life: less in the idle timeout is a peer that dawdles. */
  private static final int PROGRESS_BYTES = 1024;

  /** An incomplete frame, or null. */
  private Bytes partial;

  /** How much of the above had arrived when it was taken for a sign of life. */
  private int seen;

  /** What was read and waits for earlier replies to be written, or null. */
  private ByteBuffer unread;

  /** Replies that the socket did not take yet, or null. */
  private ByteBuffer unsent;

  /** Whether there were some since the peer was last read from. */
  private boolean isSlow;

  private boolean isLast;

  Bytes partial() {
    return partial;
  }

  void keepPartial(Bytes incomplete) {
    partial = incomplete;
    seen = 0;
  }

  /** Whether the incomplete frame has grown enough since this was last true. */
  boolean hasGrown() {
    if (partial == null || partial.size() - seen < PROGRESS_BYTES) {
      return false;
    }
    seen = partial.size();
    return true;
  }

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
    isSlow = true;
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

  /** Whether the peer did not take its replies at once. */
  boolean isSlow() {
    return isSlow;
  }

  void forgetSlowness() {
    isSlow = false;
  }

  void becomeLast() {
    isLast = true;
  }

  /** Whether the connection, when these are done, reads for the last time. */
  boolean isLast() {
    return isLast;
  }

  boolean isEmpty() {
    return partial == null && unread == null && unsent == null;
  }
}

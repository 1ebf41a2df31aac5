package dev.echo;

import java.nio.ByteBuffer;

/** What a connection keeps between two events; an idle one keeps nothing. */
final class Leftovers {

  /** An incomplete frame, or null. */
  Bytes partial;

  /** What was read and waits for earlier replies to be written, or null. */
  ByteBuffer unread;

  /** Replies that the socket did not take yet, or null. */
  ByteBuffer unsent;

  boolean areNone() {
    return partial == null && unread == null && unsent == null;
  }
}

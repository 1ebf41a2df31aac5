package dev.echo.internal.server;

import java.io.IOException;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;

/**
 * What lies between a connection and its socket: nothing, for a plain one. All of those share one
 * object, as there may be thousands.
 */
class Transport {

  static final Transport PLAIN = new Transport();

  /** Of a connection that is not open yet. */
  static final Transport NONE = new Transport() {
    @Override
    boolean isOpened() {
      return false;
    }
  };

  /** Where plain bytes come from and go to. */
  ByteChannel channel(SocketChannel socket) {
    return socket;
  }

  /** Whether the listener was told of the connection. */
  boolean isOpened() {
    return true;
  }

  /** Whether reading has something to tell although nothing more has arrived. */
  boolean hasMore() {
    return false;
  }

  /**
   * Whether the socket has taken more of what it was given, although not all that belongs together.
   */
  boolean hasSentRecords() {
    return false;
  }

  /** Says that no more is sent, if there is a way, and returns whether the socket has taken it. */
  boolean sendCloseNotify() {
    return true;
  }

  /** Closes the socket without a word to the peer. */
  void abort(SocketChannel socket) throws IOException {
    socket.close();
  }

  /** Gives back what is reserved for its state. */
  void release() {}
}

package dev.echo.internal.server;

import dev.echo.CloseReason;
import dev.echo.EchoTimeoutException;
import dev.echo.internal.BufferLimit;
import dev.echo.internal.RemotePeer;
import dev.echo.internal.Settings;
import dev.echo.internal.codec.WriteBuffer;
import dev.echo.internal.loop.EventSource;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLException;

/**
 * The part of a connection that concerns its socket: bytes in and out, and the end, which is
 * reached once, whatever fails on the way. What ends a connection is remembered from when it is
 * known, as replies may have to be written first.
 */
abstract class AbstractConnection extends EventSource {

  final Worker worker;

  /** As it connected, until a proxy has said for whom. */
  RemotePeer peer;

  SelectionKey key;
  Transport transport = Transport.NONE;

  /** Why no more is read, or null. */
  private CloseReason closeReason;

  private boolean endOfStream;

  private boolean closed;

  AbstractConnection(Worker worker, RemotePeer peer) {
    this.worker = worker;
    this.peer = peer;
  }

  final StreamServer server() {
    return worker.server;
  }

  final ServerEvents events() {
    return worker.server.events;
  }

  final BufferLimit buffers() {
    return worker.server.buffers;
  }

  final SocketChannel socket() {
    return (SocketChannel) key.channel();
  }

  final ByteChannel channel() {
    return transport.channel(socket());
  }

  final boolean isClosed() {
    return closed;
  }

  /** Whether no more is read. */
  final boolean isEnding() {
    return closeReason != null;
  }

  final boolean hasEnded() {
    return endOfStream;
  }

  /** Has the selector wait for something else. */
  final void await(int operations) {
    if (key.interestOps() != operations) {
      key.interestOps(operations);
    }
  }

  /** Reads once, and returns whether the connection still stands. */
  final boolean receive(ByteBuffer in) {
    try {
      if (channel().read(in) < 0) {
        endOfStream = true;
        stopReading(CloseReason.PEER_CLOSED);
      }
      return true;
    } catch (SSLException e) {
      end(CloseReason.FAILED, "Read from", e);
    } catch (IOException e) {
      end(CloseReason.PEER_RESET, "Read from", isBetweenMessages() ? null : e);
    }
    return false;
  }

  /** Returns whether the socket has taken it all; false, too, if the connection has ended. */
  final boolean send(ByteBuffer out) {
    try {
      return WriteBuffer.write(channel(), out);
    } catch (SSLException e) {
      end(CloseReason.FAILED, "Write to", e);
    } catch (IOException e) {
      end(CloseReason.PEER_RESET, "Write to", e);
    }
    return false;
  }

  /** The first reason counts, but a peer that has just ended its stream may do more yet. */
  final void stopReading(CloseReason reason) {
    if (closeReason == null || closeReason == CloseReason.PEER_CLOSED) {
      closeReason = reason;
    }
  }

  /** Whether a reset now loses nothing. */
  abstract boolean isBetweenMessages();

  /** Drops what is kept between two events, unless the executor has it. */
  abstract void dropLeftovers();

  /**
   * Ends the connection for want of progress.
   *
   * @param what of which there was none, with a preposition before the peer
   */
  final void timeOutIdle(String what) {
    timeOut(what + peer.endpoint() + " for " + Settings.text(server().config.idleTimeout));
  }

  /** Ends the connection as something has taken too long. */
  final void timeOut(String what) {
    end(CloseReason.IDLE_TIMEOUT, null, new EchoTimeoutException(what));
  }

  @Override
  public final void fail(String operation, Throwable error) {
    end(CloseReason.FAILED, operation, error);
  }

  /** Ends the connection after a failure of user code. */
  final void fail(ServerEvents.UserCode code, Throwable error) {
    end(CloseReason.FAILED, code, null, error);
  }

  @Override
  public final void close() {
    end(CloseReason.SHUTDOWN, null, null);
  }

  /**
   * Says that no more is sent, and waits for the peer to say so, too.
   *
   * @param wasSlow whether the peer did not take its last replies at once
   */
  final void halfClose(boolean wasSlow) {
    try {
      socket().shutdownOutput();
      key.attach(lingeringClose(wasSlow));
      await(SelectionKey.OP_READ);
    } catch (IOException e) {
      close(); // the peer is gone already
    }
  }

  LingeringClose lingeringClose(boolean wasSlow) throws IOException {
    return new LingeringClose(this, channel(), wasSlow);
  }

  /**
   * Ends the connection by a reset. The socket is closed when the selector forgets its key, which
   * it does before it waits again.
   */
  final void reset() {
    try {
      socket().setOption(StandardSocketOptions.SO_LINGER, 0);
      transport.abort(socket());
    } catch (IOException e) {
      // The peer is gone already.
    } finally {
      close();
    }
  }

  /** Ends the connection when all that its peer has sent is answered. */
  final void finish() {
    end(CloseReason.PEER_CLOSED, null, null);
  }

  private void end(CloseReason reason, String operation, Throwable error) {
    end(reason, null, operation, error);
  }

  /**
   * Frees what the connection holds, and then tells of it, for which there may be no memory.
   *
   * @param code of the user that has failed, or null
   * @param operation null if the error says what was done
   * @param error null if there is nothing to tell but the end
   */
  private void end(
      CloseReason reason, ServerEvents.UserCode code, String operation, Throwable error) {
    if (closed) {
      return;
    }
    closed = true;
    stopReading(reason);
    try {
      free();
    } finally {
      try {
        if (code != null) {
          events().failed(code, peer, error);
        } else if (error != null) {
          events().failed(operation, peer, error);
        }
      } finally {
        notifyClosed();
      }
    }
  }

  private void free() {
    try {
      dropLeftovers();
      transport.release();
    } finally {
      if (key != null) {
        worker.loop.deregistered();
        events().close(channel(), peer);
      }
    }
  }

  private void notifyClosed() {
    try {
      if (transport.isOpened()) {
        events().closed(peer, closeReason);
      }
    } finally {
      server().connectionClosed();
    }
  }
}

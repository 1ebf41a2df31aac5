package dev.echo.internal.server;

import dev.echo.internal.loop.EventSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/**
 * The rest of a connection's life after it was half-closed: what still comes is read and dropped,
 * until the peer closes, is silent for a moment, or has had time enough.
 *
 * <p>Closing a socket with unread input would reset the peer, which may lose the replies on their
 * way.
 */
final class LingeringClose extends EventSource {

  /** How long a peer is silent before it is taken to have nothing more on its way. */
  static final long QUIET_NANOS = Duration.ofMillis(100).toNanos();

  /** The same for a peer on this machine. */
  private static final long LOCAL_QUIET_NANOS = Duration.ofMillis(10).toNanos();

  private static final long MAX_NANOS = Duration.ofSeconds(1).toNanos();

  private final Connection connection;
  private final Worker worker;
  private final ReadableByteChannel channel;
  private final long quietNanos;
  private final long end;
  private long deadline;

  /**
   * @param isSlow whether the peer did not take its replies at once, so that some may be on their
   *     way for longer
   */
  LingeringClose(Connection connection, ReadableByteChannel channel, boolean isSlow)
      throws IOException {
    this.connection = connection;
    this.worker = connection.worker;
    this.channel = channel;
    long now = worker.loop.now();
    this.quietNanos = isSlow || !isLocal(connection.socket()) ? QUIET_NANOS : LOCAL_QUIET_NANOS;
    this.end = now + MAX_NANOS;
    this.deadline = now + quietNanos;
    worker.loop.wakeUpAt(deadline);
  }

  private static boolean isLocal(SocketChannel socket) throws IOException {
    if (!(socket.getRemoteAddress() instanceof InetSocketAddress peer)) {
      return true; // a Unix socket
    }
    InetAddress own = ((InetSocketAddress) socket.getLocalAddress()).getAddress();
    return peer.getAddress().isLoopbackAddress() || peer.getAddress().equals(own);
  }

  @Override
  public boolean onReady() {
    try {
      int count = channel.read(worker.flow.in());
      if (count < 0) {
        close();
      } else if (count > 0) {
        deadline = Math.min(worker.loop.now() + quietNanos, end);
      }
    } catch (IOException e) {
      close(); // the peer is gone, which is what was waited for
    } catch (Throwable e) { // never at the expense of the other connections
      fail("Drain", e);
    }
    return false;
  }

  @Override
  public void fail(String operation, Throwable error) {
    deadline = NEVER;
    connection.fail(operation, error);
  }

  @Override
  public long deadline() {
    return deadline;
  }

  @Override
  public void onDeadline() {
    onReady(); // the loop may be late, and the peer in time
    if (deadline <= worker.loop.now()) {
      close();
    }
  }

  @Override
  public void shutdown() {
    // Already ending.
  }

  @Override
  public void close() {
    deadline = NEVER;
    connection.close();
  }
}

package dev.echo.internal.server;

import dev.echo.internal.loop.EventSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
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

  private final AbstractConnection connection;
  private final Worker worker;
  private final ReadableByteChannel channel;
  private long quietNanos;
  private long end;
  private long deadline;

  /**
   * @param isSlow whether the peer did not take its replies at once, so that some may be on their
   *     way for longer
   */
  LingeringClose(AbstractConnection connection, ReadableByteChannel channel, boolean isSlow)
      throws IOException {
    this(connection, channel);
    boolean isShort = !isSlow && !isBehindProxy() && isLocal(connection.socket());
    restart(isShort ? LOCAL_QUIET_NANOS : QUIET_NANOS, worker.loop.now() + MAX_NANOS);
  }

  private LingeringClose(AbstractConnection connection, ReadableByteChannel channel) {
    this.connection = connection;
    this.worker = connection.worker;
    this.channel = channel;
  }

  /** For a peer that may send for as long as it likes. */
  static LingeringClose untilPeerCloses(AbstractConnection connection) {
    LingeringClose patient = new LingeringClose(connection, connection.channel());
    patient.restart(connection.server().idleNanos, NEVER);
    return patient;
  }

  private void restart(long newQuietNanos, long newEnd) {
    quietNanos = newQuietNanos;
    end = newEnd;
    deadline = Math.min(worker.loop.now() + quietNanos, end);
    worker.loop.wakeUpAt(deadline);
  }

  /** Behind a proxy on this machine the client may be anywhere. */
  private boolean isBehindProxy() {
    return connection.server().config.trustedProxies != null;
  }

  private static boolean isLocal(SocketChannel socket) throws IOException {
    return isLocal(socket.getRemoteAddress(), socket.getLocalAddress());
  }

  static boolean isLocal(SocketAddress peer, SocketAddress own) {
    if (!(peer instanceof InetSocketAddress inet)) {
      return true; // a Unix socket
    }
    InetAddress address = inet.getAddress();
    return address.isLoopbackAddress() || address.equals(((InetSocketAddress) own).getAddress());
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
    if (end == NEVER) {
      restart(QUIET_NANOS, worker.loop.now() + MAX_NANOS);
    }
  }

  @Override
  public void close() {
    deadline = NEVER;
    connection.close();
  }
}

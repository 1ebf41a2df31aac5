package dev.echo.internal.server;

import dev.echo.internal.loop.EventSource;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.time.Duration;

/**
 * The rest of a connection's life after it was half-closed: what still comes is read and dropped,
 * until the peer closes, is silent for a moment, or has had time enough.
 *
 * <p>Closing a socket with unread input would reset the peer, which may lose the replies on their
 * way.
 */
final class LingeringClose extends EventSource {

  static final long QUIET_NANOS = Duration.ofMillis(100).toNanos();
  private static final long MAX_NANOS = Duration.ofSeconds(1).toNanos();

  private final Connection connection;
  private final Worker worker;
  private final ReadableByteChannel channel;
  private final long end;
  private long deadline;

  LingeringClose(Connection connection, ReadableByteChannel channel) {
    this.connection = connection;
    this.worker = connection.worker;
    this.channel = channel;
    long now = worker.loop.now();
    this.end = now + MAX_NANOS;
    this.deadline = now + QUIET_NANOS;
    worker.loop.wakeUpAt(deadline);
  }

  @Override
  public boolean onReady() {
    try {
      int count = channel.read(worker.in());
      if (count < 0) {
        close();
      } else if (count > 0) {
        deadline = Math.min(worker.loop.now() + QUIET_NANOS, end);
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
    // That is what it is about.
  }

  @Override
  public void close() {
    deadline = NEVER;
    connection.close();
  }
}

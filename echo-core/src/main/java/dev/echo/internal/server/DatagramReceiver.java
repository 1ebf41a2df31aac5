package dev.echo.internal.server;

import dev.echo.internal.Settings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.time.Duration;

/** What a thread of a server over UDP receives by, until it is woken up for the end. */
abstract class DatagramReceiver {

  private static final int MAX_FAILURES_IN_A_ROW = 16;
  private static final long DRAIN_NANOS = Duration.ofSeconds(1).toNanos();

  final AbstractServer server;
  final Thread thread;
  final long busyPollNanos;
  final ByteBuffer in = ByteBuffer.allocate(Settings.MAX_DATAGRAM);

  volatile boolean shutdown;

  /** When to stop though there is more; 0 before the shutdown. */
  private long drainUntil;

  /** Whether the datagram that is received, or was, is the last one. */
  private boolean isLast;

  /**
   * @param thread the one that will call {@link #receive}
   */
  DatagramReceiver(AbstractServer server, Thread thread) {
    this.server = server;
    this.thread = thread;
    this.busyPollNanos = Settings.nanos(server.config.busyPoll);
  }

  final boolean isShutdown() {
    return shutdown;
  }

  /** Has the thread wait no longer; may be called on any thread. */
  abstract void shutdown();

  /** Has the thread neither wait nor receive any longer; may be called on any thread. */
  final void shutdownNow() {
    shutdown = true;
    closeChannels();
    if (Thread.currentThread() != thread) {
      thread.interrupt(); // for user code that blocks
    }
  }

  /** May be called on any thread, and wakes the one that receives. */
  abstract void closeChannels();

  /** Closes all that is open; may be called only when the thread receives no more. */
  abstract void close();

  /** The array that begins with the datagram received last. */
  final byte[] bytes() {
    return in.array();
  }

  final int size() {
    return in.position();
  }

  /** Where the datagram received last has come to. */
  abstract ReplySocket socket();

  /**
   * Waits for a datagram, or after shutdown only looks for one.
   *
   * @return where it came from, or null if there is none left, or if they came for too long
   */
  final InetSocketAddress receive() throws IOException {
    while (!isLast) {
      isLast = shutdown && isDrainOver();
      InetSocketAddress sender = receiveRetrying();
      if (sender == null || !isWakeUp(sender)) {
        return sender;
      }
    }
    return null;
  }

  /** Whoever keeps sending must not hold up the end. */
  private boolean isDrainOver() {
    long now = server.config.nanoClock.getAsLong();
    if (drainUntil == 0) {
      drainUntil = now + DRAIN_NANOS;
    }
    return now > drainUntil;
  }

  private InetSocketAddress receiveRetrying() throws IOException {
    int failures = 0;
    for (int withoutMemory = 0; ; ) {
      try {
        return receiveOnce();
      } catch (ClosedChannelException e) {
        throw e;
      } catch (IOException e) {
        if (++failures >= MAX_FAILURES_IN_A_ROW) {
          throw e;
        }
        server.events.failed("Receive on", server.self, e);
      } catch (OutOfMemoryError e) {
        if (++withoutMemory >= MAX_FAILURES_IN_A_ROW && shutdown) {
          throw e;
        }
        server.awaitMemory(e, withoutMemory == 1);
      }
    }
  }

  final void send(DatagramChannel channel, ByteBuffer datagram, InetSocketAddress recipient)
      throws IOException {
    server.clearInterrupt(); // which would close the channel
    channel.send(datagram, recipient);
    if (datagram.hasRemaining()) {
      throw new IOException("the system's send buffer is full");
    }
  }

  /** Whether what has come is no datagram but the wish to end. */
  abstract boolean isWakeUp(InetSocketAddress sender);

  abstract InetSocketAddress receiveOnce() throws IOException;
}

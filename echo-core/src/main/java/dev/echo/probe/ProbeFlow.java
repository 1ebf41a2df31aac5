package dev.echo.probe;

import dev.echo.internal.Log;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;

/**
 * One socket of a probe, over which each so many-th message goes. Seen by the probe's thread only,
 * once it was connected.
 */
abstract class ProbeFlow implements Closeable {

  /** A time that does not end. */
  static final long NEVER = Long.MAX_VALUE;

  final ProbeConfig config;
  final FlowCounts counts;
  final int index;
  private final Schedule schedule;
  private final ReplyCheck check;
  private final long intervalNanos;
  private long last;

  /** When the last message was written, if one was. */
  long lastWrite;

  boolean hasWritten;

  /** Since when the socket takes nothing, or there is none, if it is so. */
  private long blockedSince;

  private boolean isBlocked;

  ProbeFlow(ProbeConfig config, Schedule schedule, ReplyCheck check, int index) {
    this.config = config;
    this.schedule = schedule;
    this.check = check;
    this.index = index;
    intervalNanos = (long) (config.flows * 1e9 / config.rate);
    last = schedule.last(index);
    counts = new FlowCounts(
        config.remembered,
        schedule.first(index),
        config.timeoutNanos,
        number -> schedule.due(index, number),
        config.consumers.failuresOf(index));
  }

  /** Makes a first connection; a failed one leaves nothing behind. */
  abstract void connect(Selector selector) throws IOException;

  /** Sends what is due. */
  abstract void send(long now);

  /**
   * Takes what the socket has; returns whether it has no more.
   *
   * @param in empty, backed by an array
   */
  abstract boolean receive(ByteBuffer in);

  /** The key of the socket, or null while there is none. */
  abstract SelectionKey key();

  @Override
  public abstract void close();

  /** Whether the next message is to be sent. */
  final boolean isDue(long now) {
    return countDue(now, 1) > 0;
  }

  /** How many messages are to be sent, at most so many. */
  final int countDue(long now, int max) {
    long next = counts.next();
    long most = Math.min(Math.min(max, counts.room()), last + 1 - next);
    int count = 0;
    while (count < most && now - due(next + count) >= 0) {
      count++;
    }
    return count;
  }

  private long due(long number) {
    return schedule.due(index, number);
  }

  final void stop() {
    last = Math.min(last, counts.next() - 1);
  }

  final boolean hasStopped() {
    return counts.next() > last;
  }

  final void sent(long written) {
    lastWrite = written;
    hasWritten = true;
    isBlocked = false;
    counts.sent(written);
  }

  /** The socket takes nothing. */
  final void block(long now) {
    if (!isBlocked) {
      isBlocked = true;
      blockedSince = now;
    }
  }

  final void unblock() {
    isBlocked = false;
  }

  /** Until when the next message waits for a socket; all that are overdue wait together. */
  private long patience() {
    long due = due(counts.next());
    return (due - blockedSince > 0 ? due : blockedSince) + intervalNanos;
  }

  /** Gives up messages that no socket has taken, and for which it does not wait any longer. */
  final void giveUp(long now, Runnable each) {
    while (isDue(now) && now - patience() >= 0) {
      each.run();
    }
  }

  /** Gives up all messages that are due. */
  final void giveUpAll(long now) {
    while (isDue(now)) {
      counts.unsent();
    }
  }

  /** How long there is nothing to do unless something comes; zero or less if there is already. */
  final long idleNanos(long now) {
    long idle = counts.isWaiting() ? counts.expiry() + 1 - now : NEVER;
    if (!hasStopped() && counts.room() > 0) {
      idle = Math.min(idle, (isHeldUp(now) ? patience() : nextSend()) - now);
    }
    return idle;
  }

  /** Whether a message is due that the socket does not take. */
  final boolean isHeldUp(long now) {
    return isBlocked && isDue(now);
  }

  /** When the next message may be sent. */
  long nextSend() {
    return due(counts.next());
  }

  /** Says why, where there is but a number otherwise. */
  final void debug(IOException failure) {
    Log.log(Level.DEBUG, "A flow to ", config.endpoint, " failed", failure);
  }

  /** Takes a reply. */
  final void take(byte[] bytes, int from, int to, long now) {
    check.take(index, counts, bytes, from, to, now);
  }
}

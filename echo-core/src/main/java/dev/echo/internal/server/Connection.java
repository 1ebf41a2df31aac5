package dev.echo.internal.server;

import dev.echo.CloseReason;
import dev.echo.internal.RemotePeer;
import dev.echo.internal.codec.Bytes;
import dev.echo.internal.loop.EventSource;
import java.nio.channels.SelectionKey;

/**
 * One accepted stream socket: it reads or it answers, never both, so that a peer that does not take
 * its replies is not read from.
 *
 * <pre>
 *                 replies not taken at once
 *   ┌─────────┐ ────────────────────────────► ┌─────────┐
 *   │ reading │ ◄──────────────────────────── │ writing │
 *   └─────────┘       all replies written     └─────────┘
 *     │     ▲                                      ▲
 *     ▼     │            with an executor          │
 *   ┌───────────┐                                  │
 *   │ answering │ ─────────────────────────────────┘
 *   └───────────┘
 *
 *   quit, failure: replies written, then half-closed              ──► {@link LingeringClose}
 *   shutdown: the same, when it has read and answered once more
 *   end of the peer's stream: replies written                     ──► closed
 * </pre>
 *
 * <p>It begins with an {@link Opening}. {@link MessageFlow} has the way of the messages. Thousands
 * of connections may be idle: the fields are as few and as small as can be.
 */
class Connection extends AbstractConnection {

  /** Null while there is nothing to keep. */
  private Leftovers leftovers;

  /** When the last replies were written, or a part of them or of a message has passed. */
  private long lastActive;

  /** Whether the executor has the leftovers. */
  private boolean answering;

  Connection(Worker worker, RemotePeer peer) {
    super(worker, peer);
  }

  /** Called once, when the listener is to hear of the connection. */
  void begin() {
    events().opened(peer);
    touch();
  }

  /** Called when what had its place at the loop before is done. */
  void opened() {
    key.attach(this);
    key.interestOps(SelectionKey.OP_READ);
    begin();
    onReady(); // the first messages may have come already
  }

  boolean isReading() {
    return !isClosed() && !isEnding() && !answering && !isWriting();
  }

  private boolean isWriting() {
    return leftovers != null && leftovers.unsent() != null;
  }

  /** Whether nothing has arrived yet. */
  boolean isNew() {
    return !peer.hasSentMessages() && leftovers == null;
  }

  @Override
  boolean isBetweenMessages() {
    return partial() == null;
  }

  /** Returns the incomplete message, or null. */
  Bytes partial() {
    return leftovers == null ? null : leftovers.partial();
  }

  void keepPartial(Bytes partial) {
    if (partial != partial()) {
      keepLeftovers().keepPartial(partial);
    }
  }

  Leftovers leftovers() {
    return leftovers;
  }

  Leftovers keepLeftovers() {
    if (leftovers == null) {
      leftovers = new Leftovers();
    }
    return leftovers;
  }

  @Override
  void dropLeftovers() {
    if (leftovers != null && !answering) {
      leftovers.drop(buffers());
      leftovers = null;
    }
  }

  /** Counts as a sign of life. */
  void touch() {
    lastActive = worker.loop.now();
    worker.loop.wakeUpAt(lastActive + server().idleNanos);
  }

  @Override
  public boolean onReady() {
    try {
      if (isReading()) {
        return worker.flow.read(this);
      } else if (isWriting() && !isClosed()) {
        worker.flow.writeUnsent(this);
      }
    } catch (Throwable e) { // never at the expense of the other connections
      fail("Serve", e);
    }
    return false;
  }

  /** Leaves what is kept to the executor. */
  void startAnswering() {
    answering = true;
  }

  /** Takes back what is kept; the time that it was away does not count. */
  void stopAnswering(long nanosAway) {
    answering = false;
    lastActive += nanosAway;
  }

  /** Has the source that serves this connection now look again. */
  void readAgain() {
    if (!isClosed()) {
      ((EventSource) key.attachment()).onReady();
    }
  }

  /** Has the connection read on, or end if that was wanted meanwhile. */
  void resumeReading() {
    if (leftovers != null && leftovers.isLast()) {
      shutdown();
      return;
    }
    if (leftovers != null) {
      noticeProgress();
    }
    await(SelectionKey.OP_READ);
  }

  private void noticeProgress() {
    leftovers.forgetSlowness();
    if (leftovers.hasGrown()) {
      touch();
    } else if (leftovers.isEmpty()) {
      leftovers = null;
    }
  }

  /** Says that no more is sent, and waits for the peer to say so, too. */
  void halfClose() {
    halfClose(leftovers != null && leftovers.isSlow());
  }

  @Override
  public long deadline() {
    return answering || isClosed() ? NEVER : lastActive + server().idleNanos;
  }

  @Override
  public void onDeadline() {
    onReady(); // the loop may be late, as when the process was stopped, and the peer in time
    if (deadline() <= worker.loop.now()) {
      timeOutIdle(isWriting() ? "No reply taken by " : "No message from ");
    }
  }

  @Override
  public void shutdown() {
    if (!isReading()) {
      if (!isEnding()) {
        leftovers.becomeLast(); // then what has come behind them is read and answered, too
      }
      return;
    }
    stopReading(CloseReason.SHUTDOWN);
    try {
      long quietNanos = worker.loop.now() - lastActive;
      worker.flow.finish(this, isBetweenMessages() && quietNanos > LingeringClose.QUIET_NANOS);
    } catch (Throwable e) {
      fail("Shut down", e);
    }
  }
}

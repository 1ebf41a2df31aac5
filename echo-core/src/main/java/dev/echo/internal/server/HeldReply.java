package dev.echo.internal.server;

import dev.echo.CloseReason;
import dev.echo.internal.faults.FaultStep.Kind;
import dev.echo.internal.loop.EventLoop;
import dev.echo.internal.loop.EventSource;
import dev.echo.internal.loop.Timers;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;

/**
 * A reply whose fault takes time, or ends the connection. It has the connection's place at the loop
 * meanwhile, so that nothing is read, and nothing else is answered.
 *
 * <pre>
 *   replies before it ──► delay ──► frame or a part of it, perhaps in pieces ──┬─► connection
 *                                                                              ├─► cut
 *                                                                              └─► stalled
 * </pre>
 */
final class HeldReply extends EventSource {

  private final FaultyConnection connection;
  private final FaultEffect effect;

  /** What is to be written: whole replies, and then the one with the fault. */
  private final ByteBuffer bytes;

  /** Where the frame of the latter starts. */
  private final int frame;

  /** Up to where it is written. */
  private final int end;

  /** Up to where it is written at once. */
  private int pieceEnd;

  /** The delay or pause that lasts, or null. */
  private Timers.Timer timer;

  private boolean hasWaited;
  private boolean waitsForSocket;
  private boolean isStalled;

  /** Whether the server ends, and what has not begun is never sent. */
  private boolean isLetGo;

  private boolean isDropped;
  private long lastActive;

  HeldReply(FaultyConnection connection, ByteBuffer bytes, FaultEffect effect, int frame) {
    this.connection = connection;
    this.effect = effect;
    this.bytes = bytes;
    this.frame = frame;
    int all = bytes.limit();
    this.end = effect.cut() == null ? all : (int) Math.min(all, (long) frame + effect.cutAfter());
    this.pieceEnd = frame;
    this.lastActive = loop().now();
  }

  private EventLoop loop() {
    return connection.worker.loop;
  }

  /** Returns whether all is written, and the connection goes on. */
  boolean start() {
    isLetGo = connection.server().isShutdown();
    if (!advance()) {
      return false;
    }
    if (effect.cut() == null && !isLetGo) {
      connection.release();
      return true;
    }
    loop().execute(this::finish); // when the caller has put away what else it has received
    return false;
  }

  /** Writes what can be written now, and returns whether nothing is left to wait for. */
  private boolean advance() {
    if (!write(frame)) {
      return false;
    }
    if (isLetGo && bytes.position() == frame) {
      return true;
    }
    return !waitsFirst() && writePieces();
  }

  /** Returns whether a delay begins. */
  private boolean waitsFirst() {
    if (hasWaited) {
      return false;
    }
    hasWaited = true;
    if (effect.delayNanos() == 0) {
      return false;
    }
    pause(effect.delayNanos());
    return true;
  }

  /** Returns whether all is written. */
  private boolean writePieces() {
    while (bytes.position() < end) {
      if (bytes.position() == pieceEnd) {
        int left = end - pieceEnd;
        pieceEnd += effect.pieceBytes() == 0 ? left : Math.min(left, effect.pieceBytes());
      }
      if (!write(pieceEnd)) {
        return false;
      }
      if (pieceEnd < end && !isLetGo) {
        pause(effect.pieceNanos());
        return false;
      }
      if (isLetGo) {
        return true;
      }
    }
    return true;
  }

  /** Returns whether the bytes up to there are written. */
  private boolean write(int to) {
    if (bytes.position() >= to) {
      return true;
    }
    int before = bytes.position();
    bytes.limit(to);
    waitsForSocket = !connection.send(bytes);
    if (connection.isClosed()) {
      return false;
    }
    if (bytes.position() > before || connection.transport.hasSentRecords()) {
      lastActive = loop().now();
    }
    if (waitsForSocket) {
      connection.noticeSlowness();
      connection.await(SelectionKey.OP_WRITE);
      loop().wakeUpAt(deadline());
    }
    return !waitsForSocket;
  }

  private void pause(long nanos) {
    timer = loop().schedule(loop().now() + nanos, this::onTimer);
  }

  private void onTimer() {
    timer = null;
    lastActive = loop().now(); // the time until now was ours
    if (connection.server().isShutdown()) { // although this loop has not heard of it yet
      shutdown();
    } else {
      goOn();
    }
  }

  private void goOn() {
    try {
      if (advance()) {
        finish();
      }
    } catch (Throwable e) { // never at the expense of the other connections
      fail("Serve", e);
    }
  }

  private void finish() {
    if (isDropped) {
      return;
    }
    try {
      if (isLetGo) {
        connection.cut(Kind.CLOSE, CloseReason.SHUTDOWN);
      } else if (effect.cut() == null) {
        connection.resume();
      } else if (effect.cut() == Kind.STALL) {
        stall();
      } else {
        connection.cut(effect.cut(), CloseReason.FAULT);
      }
    } catch (Throwable e) {
      fail("Serve", e);
    }
  }

  private void stall() {
    isStalled = true;
    connection.stopReading(CloseReason.FAULT);
    connection.await(0);
    lastActive = loop().now();
    loop().wakeUpAt(deadline());
  }

  /** Gives back what is held; the reply must not be used afterwards. */
  void drop() {
    isDropped = true;
    if (timer != null) {
      loop().cancel(timer);
      timer = null;
    }
    connection.buffers().release(bytes.capacity());
  }

  @Override
  public boolean onReady() {
    if (waitsForSocket) {
      goOn();
    } else {
      connection.await(0); // to be read later, if at all
    }
    return false;
  }

  @Override
  public long deadline() {
    return isDropped || !waitsForSocket && !isStalled
        ? NEVER
        : lastActive + connection.server().idleNanos;
  }

  @Override
  public void onDeadline() {
    if (isStalled) {
      connection.close();
      return;
    }
    onReady(); // the loop may be late, and the peer in time
    if (deadline() <= loop().now()) {
      connection.timeOutIdle("No reply taken by ");
    }
  }

  @Override
  public void shutdown() {
    isLetGo = true;
    if (!waitsForSocket) {
      finish();
    }
  }

  @Override
  public void fail(String operation, Throwable error) {
    connection.fail(operation, error);
  }

  @Override
  public void close() {
    connection.close();
  }
}

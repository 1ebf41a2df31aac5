package dev.echo.internal.server;

import dev.echo.CloseReason;
import dev.echo.Endpoint;
import dev.echo.internal.RemotePeer;
import dev.echo.internal.faults.FaultStep.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A connection whose replies may have faults. */
final class FaultyConnection extends Connection {

  /** What has the connection's place at the loop, or null. */
  private HeldReply held;

  /** Whether what the peer sends is read for as long as it likes, although nothing is sent. */
  private boolean isHalfClosed;

  /** Whether the peer did not take a held reply at once, since it was last read from. */
  private boolean isSlow;

  FaultyConnection(Worker worker, RemotePeer peer) {
    super(worker, peer);
  }

  @Override
  void begin() {
    super.begin();
    FaultEffect effect;
    try {
      effect = server().responder.faultOnOpen(peer);
    } catch (Throwable e) { // of user code
      fail(events().faultPlan, e);
      return;
    }
    if (effect != null) {
      hold(MessageFlow.NOTHING, effect, 0);
    }
  }

  /** Returns whether the replies are written, and the connection goes on. */
  boolean hold(Replies replies) {
    touch();
    ByteBuffer view = replies.view();
    int end = view.limit();
    send(view.limit(replies.faultyFrame())); // for which there need be no room
    if (isClosed()) {
      return false;
    }
    int frame = replies.faultyFrame() - view.position();
    view.limit(end);
    ByteBuffer rest = buffers().allocate(view.remaining()).put(view).flip();
    try {
      return hold(rest, replies.fault(), frame);
    } catch (OutOfMemoryError e) {
      if (held == null) {
        buffers().release(rest.capacity());
      }
      throw e;
    }
  }

  private boolean hold(ByteBuffer bytes, FaultEffect effect, int frame) {
    held = new HeldReply(this, bytes, effect, frame);
    key.attach(held);
    return held.start();
  }

  /** Has the connection its own place at the loop again. */
  void release() {
    dropHeld();
    key.attach(this);
    touch();
  }

  /** Goes on with what else was received, or reads on. */
  void resume() throws IOException {
    release();
    worker.flow.resume(this);
  }

  /** Ends the connection in the given way; what else was received gets no reply. */
  void cut(Kind kind, CloseReason reason) throws IOException {
    release();
    stopReading(reason);
    dropLeftovers();
    if (kind == Kind.RESET && server().endpoint() instanceof Endpoint.Tcp) {
      reset();
    } else {
      isHalfClosed = kind == Kind.HALF_CLOSE;
      worker.flow.resume(this);
    }
  }

  /** Remembers that the peer did not take what was sent at once. */
  void noticeSlowness() {
    isSlow = true;
  }

  @Override
  void resumeReading() {
    super.resumeReading();
    isSlow &= isEnding();
  }

  private void dropHeld() {
    if (held != null) {
      HeldReply dropped = held;
      held = null;
      dropped.drop();
    }
  }

  @Override
  boolean isReading() {
    return held == null && super.isReading();
  }

  @Override
  void dropLeftovers() {
    dropHeld();
    super.dropLeftovers();
  }

  @Override
  LingeringClose lingeringClose(boolean wasSlow) throws IOException {
    return isHalfClosed && !server().isShutdown()
        ? LingeringClose.untilPeerCloses(this)
        : super.lingeringClose(wasSlow || isSlow);
  }
}

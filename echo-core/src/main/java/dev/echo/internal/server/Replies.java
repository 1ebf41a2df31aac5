package dev.echo.internal.server;

import dev.echo.internal.BufferLimit;
import dev.echo.internal.codec.WriteBuffer;

/** The replies that one write will carry, with their counts. */
final class Replies extends WriteBuffer {

  private long messages;
  private long bytesIn;
  private long bytesOut;

  /** What is to happen to the last of them, or null. */
  private FaultEffect fault;

  /** Where the frame of the above starts. */
  private int faultyFrame;

  /** For one peer. */
  Replies(int capacity, BufferLimit limit) {
    super(capacity, limit);
  }

  /** For the peers of a thread in turn. */
  Replies(BufferLimit limit) {
    super(limit);
  }

  void count(int in, int out) {
    messages++;
    bytesIn += in;
    bytesOut += out;
  }

  /** Has something happen to the last reply, behind which none is added then. */
  void fault(FaultEffect effect, int frame) {
    fault = effect;
    faultyFrame = frame;
  }

  FaultEffect fault() {
    return fault;
  }

  int faultyFrame() {
    return faultyFrame;
  }

  @Override
  public boolean isFull() {
    return fault != null || super.isFull();
  }

  @Override
  public void clear() {
    fault = null;
    super.clear();
  }

  /** Adds the counts to those of the server. */
  void publishTo(ServerEvents events) {
    if (messages > 0) {
      events.answered(messages, bytesIn, bytesOut);
      messages = bytesIn = bytesOut = 0;
    }
  }
}

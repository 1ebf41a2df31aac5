package dev.echo.probe;

import dev.echo.Endpoint;
import dev.echo.Message;
import dev.echo.internal.Log;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.function.Consumer;

/** Calls the code of the user, and contains what it throws. */
final class Consumers {

  /** Called with each message that fails. */
  interface Failures {
    void accept(long number, ProbeFailure.Kind kind);
  }

  private final Endpoint endpoint;

  /** Null if nobody wants them, as below. */
  private final Consumer<? super ProbeReply> onReply;

  private final Consumer<? super ProbeFailure> onFailure;
  private volatile boolean isClosed;
  private boolean replyHasFailed;
  private boolean failureHasFailed;

  Consumers(
      Endpoint endpoint,
      Consumer<? super ProbeReply> onReply,
      Consumer<? super ProbeFailure> onFailure) {
    this.endpoint = endpoint;
    this.onReply = onReply;
    this.onFailure = onFailure;
  }

  boolean wantReplies() {
    return onReply != null && !isClosed;
  }

  /** From now on none is called, though the probe's thread may still count. */
  void close() {
    isClosed = true;
  }

  /** Takes what lies in the array up to an end. */
  void reply(int flow, long number, Duration roundTrip, byte[] bytes, int from, int to) {
    ProbeReply reply =
        new ProbeReply(flow + 1, number, roundTrip, Message.of(bytes, from, to - from));
    replyHasFailed |= !accepts("replies", replyHasFailed, onReply, reply);
  }

  /** Returns who takes the failures of a flow. */
  Failures failuresOf(int flow) {
    if (onFailure == null) {
      return (number, kind) -> {};
    }
    return (number, kind) -> {
      if (!isClosed) {
        ProbeFailure failure = new ProbeFailure(flow + 1, number, kind);
        failureHasFailed |= !accepts("failures", failureHasFailed, onFailure, failure);
      }
    };
  }

  private <T> boolean accepts(
      String what, boolean hasFailed, Consumer<? super T> consumer, T value) {
    try {
      consumer.accept(value);
      return true;
    } catch (Throwable e) { // of user code
      if (!hasFailed) {
        Log.log(Level.WARNING, "The consumer of " + what + " from ", endpoint, " failed", e);
      }
      return false;
    } finally {
      Thread.interrupted(); // it is nobody's thread but the probe's, and would never sleep again
    }
  }
}

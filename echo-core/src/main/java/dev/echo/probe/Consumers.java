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
  private boolean haveFailed;

  Consumers(
      Endpoint endpoint,
      Consumer<? super ProbeReply> onReply,
      Consumer<? super ProbeFailure> onFailure) {
    this.endpoint = endpoint;
    this.onReply = onReply;
    this.onFailure = onFailure;
  }

  boolean wantReplies() {
    return onReply != null;
  }

  /** Takes what lies in the array up to an end. */
  void reply(int flow, long number, Duration roundTrip, byte[] bytes, int from, int to) {
    contain(() -> {
      Message reply = Message.of(bytes, from, to - from);
      onReply.accept(new ProbeReply(flow + 1, number, roundTrip, reply));
    });
  }

  /** Returns who takes the failures of a flow. */
  Failures failuresOf(int flow) {
    if (onFailure == null) {
      return (number, kind) -> {};
    }
    return (number, kind) ->
        contain(() -> onFailure.accept(new ProbeFailure(flow + 1, number, kind)));
  }

  private void contain(Runnable call) {
    try {
      call.run();
    } catch (Throwable e) { // of user code
      if (!haveFailed) {
        haveFailed = true;
        Log.log(Level.WARNING, "A consumer of the probe of ", endpoint, " failed", e);
      }
    } finally {
      Thread.interrupted(); // it is nobody's thread but the probe's, and would never sleep again
    }
  }
}

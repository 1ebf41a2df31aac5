package dev.echo.probe;

import dev.echo.Endpoint;
import dev.echo.Message;
import dev.echo.internal.Log;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.function.Consumer;

/** Finds out which message a reply answers, and gives it to the consumer. */
final class ReplyCheck {

  private final ProbeMessages messages;
  private final Endpoint endpoint;
  private final Consumer<? super ProbeReply> consumer;
  private boolean hasFailed;

  /**
   * @param consumer null if nobody wants the replies
   */
  ReplyCheck(ProbeMessages messages, Endpoint endpoint, Consumer<? super ProbeReply> consumer) {
    this.messages = messages;
    this.endpoint = endpoint;
    this.consumer = consumer;
  }

  /** Takes what lies in the array up to an end, and was read just before a time. */
  void take(int flow, FlowCounts counts, byte[] bytes, int from, int to, long now) {
    long number = messages.number(flow, bytes, from, to);
    if (number == ProbeMessages.FOREIGN) {
      counts.foreign();
      return;
    }
    boolean intact = messages.isIntact(flow, number, bytes, from, to);
    if (counts.arrived(number, intact, now) && consumer != null) {
      Duration roundTrip = Duration.ofNanos(now - counts.writeTime(number));
      deliver(flow, number, roundTrip, bytes, from, to);
    }
  }

  private void deliver(int flow, long number, Duration roundTrip, byte[] bytes, int from, int to) {
    try {
      Message reply = Message.of(bytes, from, to - from);
      consumer.accept(new ProbeReply(flow + 1, number, roundTrip, reply));
    } catch (Throwable e) { // of user code
      if (!hasFailed) {
        hasFailed = true;
        Log.log(Level.WARNING, "The consumer of replies from ", endpoint, " failed", e);
      }
    } finally {
      Thread.interrupted(); // it is nobody's thread but the probe's, and would never sleep again
    }
  }
}

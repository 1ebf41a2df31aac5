package dev.echo.probe;

import java.time.Duration;

/** Finds out which message a reply answers, and gives it to who wants it. */
final class ReplyCheck {

  private final ProbeMessages messages;
  private final Consumers consumers;

  ReplyCheck(ProbeMessages messages, Consumers consumers) {
    this.messages = messages;
    this.consumers = consumers;
  }

  /** Takes what lies in the array up to an end, and was read just before a time. */
  void take(int flow, FlowCounts counts, byte[] bytes, int from, int to, long now) {
    long number = messages.number(flow, bytes, from, to);
    if (number == ProbeMessages.FOREIGN) {
      counts.foreign();
      return;
    }
    boolean intact = messages.isIntact(flow, number, bytes, from, to);
    if (counts.arrived(number, intact, now) && consumers.wantReplies()) {
      Duration roundTrip = Duration.ofNanos(now - counts.writeTime(number));
      consumers.reply(flow, number, roundTrip, bytes, from, to);
    }
  }
}

package dev.echo.probe;

import dev.echo.Endpoint;
import java.time.Duration;
import java.util.List;

/**
 * What a {@link PathProbe} has found out about a path.
 *
 * <p>Each message that was due is in one of these numbers: received, late, lost, corrupt, refused
 * or unsent; unless it is still waited for, or the probe was closed meanwhile. All were sent but
 * the unsent, and of the refused those that found no connection or that the system did not send.
 * Messages of the warm-up are in no number.
 *
 * <p>The report of a whole probe sums up its flows, but {@link #maxReorderExtent()} and {@link
 * #longestOutage()} are the largest of any flow, and {@link #jitter()} is the mean of those that
 * have one.
 *
 * <pre>{@code
 * try (PathProbe probe = PathProbe.builder().rate(1000).count(50).start(server.endpoint())) {
 *   PathReport report = probe.await();
 *   if (report.failureRatio() > 0.01) {
 *     System.err.println(report);
 *   }
 * }
 * }</pre>
 *
 * <p><b>Thread safety:</b> immutable, may be shared freely.
 *
 * @since 0.1.0
 */
public final class PathReport {

  private final Endpoint endpoint;
  private final long intervalNanos;
  private final long elapsedNanos;
  private final Tally tally;
  private final RoundTrips roundTrips;
  private final RoundTrips responseTimes;
  private final RoundTrips sendLag;
  private final List<PathReport> flows;

  /**
   * @param intervalNanos between two messages of all flows
   */
  PathReport(
      Endpoint endpoint,
      long intervalNanos,
      long elapsedNanos,
      Tally tally,
      RoundTrips roundTrips,
      RoundTrips responseTimes,
      RoundTrips sendLag,
      List<PathReport> flows) {
    this.endpoint = endpoint;
    this.intervalNanos = intervalNanos;
    this.elapsedNanos = elapsedNanos;
    this.tally = tally;
    this.roundTrips = roundTrips;
    this.responseTimes = responseTimes;
    this.sendLag = sendLag;
    this.flows = flows;
  }

  /** Sums up the flows of a probe, of which there is at least one. */
  static PathReport of(List<PathReport> flows) {
    PathReport first = flows.get(0);
    Histogram roundTrips = new Histogram();
    Histogram responseTimes = new Histogram();
    Histogram sendLag = new Histogram();
    for (PathReport flow : flows) {
      roundTrips.addAll(flow.roundTrips);
      responseTimes.addAll(flow.responseTimes);
      sendLag.addAll(flow.sendLag);
    }
    return new PathReport(
        first.endpoint,
        first.intervalNanos,
        first.elapsedNanos,
        Tally.of(flows.stream().map(flow -> flow.tally).toList()),
        roundTrips.snapshot(),
        responseTimes.snapshot(),
        sendLag.snapshot(),
        List.copyOf(flows));
  }

  /**
   * Returns the server's endpoint.
   *
   * @return the endpoint that was given to {@link PathProbe.Builder#start}
   */
  public Endpoint endpoint() {
    return endpoint;
  }

  /**
   * Returns how long the probe has run: from when the first message was due, the warm-up's not
   * counted, until now or until the probe ended.
   *
   * @return zero or more
   */
  public Duration elapsed() {
    return Duration.ofNanos(elapsedNanos);
  }

  /**
   * Returns how many messages were written to a socket, at least in part.
   *
   * @return zero or more
   */
  public long sent() {
    return tally.sent();
  }

  /**
   * Returns how many messages were due and not sent, as their socket took none within the time
   * between two messages of its flow: over a stream the server did not read. What is not sent one
   * timeout after the sending was to end, as this machine was too slow, counts, too.
   *
   * @return zero or more
   */
  public long unsent() {
    return tally.unsent();
  }

  /**
   * Returns for how many messages the first intact copy came within the timeout after the write.
   *
   * @return zero or more
   */
  public long received() {
    return tally.received();
  }

  /**
   * Returns for how many messages the first intact copy came after the timeout, and not later than
   * one timeout after the last message was sent.
   *
   * @return zero or more
   */
  public long late() {
    return tally.late();
  }

  /**
   * Returns for how many messages no copy has come within the timeout so far, or their connection
   * broke. Late, corrupt and refused ones are not among them; {@link #failed} has all.
   *
   * @return zero or more
   */
  public long lost() {
    return tally.lost();
  }

  /**
   * Returns for how many messages no intact copy has come, but one of this probe, flow and number
   * with other content.
   *
   * @return zero or more
   */
  public long corrupt() {
    return tally.corrupt();
  }

  /**
   * Returns how many copies came of messages that had a copy before; they are in no other number
   * (RFC 4737, 3.3). What a probe knows of a message, it forgets when two timeouts are over and
   * 65,536 messages of all flows were sent after it, or later; each copy that comes then counts
   * here, the first, too.
   *
   * @return zero or more
   */
  public long duplicates() {
    return tally.duplicates();
  }

  /**
   * Returns how many messages arrived that are not of this probe and flow, were never sent, or are
   * longer by more than 65,536 bytes.
   *
   * @return zero or more
   */
  public long foreign() {
    return tally.foreign();
  }

  /**
   * Returns how many messages were refused; they are not lost. Over UDP it is for each report that
   * nobody listens on the server's port (ICMP port unreachable, RFC 792) the oldest message that is
   * waited for; systems limit how often they report it, and the others are lost. It is also each
   * message that the system did not send, for want of a route or by a firewall of its own. Over TCP
   * and Unix sockets it is each message that found no connection, which was not sent.
   *
   * @return zero or more
   */
  public long refused() {
    return tally.refused();
  }

  /**
   * Returns how many messages arrived after one of their flow with a higher number; only first
   * intact copies count (RFC 4737, 3.3). Over TCP and Unix sockets none does, unless the server
   * answers out of order.
   *
   * @return zero or more
   */
  public long reordered() {
    return tally.reordered();
  }

  /**
   * Returns the largest reordering extent: before how many arrivals of its flow, first intact
   * copies only, the earliest message with a higher number had come (RFC 4737, 4.2.1).
   *
   * @return zero if none was reordered
   */
  public long maxReorderExtent() {
    return tally.maxReorderExtent();
  }

  /**
   * Returns how often a broken connection was made anew, which takes a message still to be sent.
   *
   * @return zero or more; zero over UDP
   */
  public long reconnects() {
    return tally.reconnects();
  }

  /**
   * Returns the share of messages that were sent and for which no intact copy came in time: lost,
   * late and corrupt, divided by sent (RFC 2680). When all of n came back, and n is more than 3,
   * the loss of the path is below 3/n with 95 % confidence. Messages that were refused or not sent
   * are not in it, so that it says nothing of a server that is down: a check that is to fail then
   * compares {@link #failureRatio()}.
   *
   * @return 0 to 1; not a number if none was sent, for which each comparison is false
   */
  public double lossRatio() {
    return (double) (tally.lost() + tally.late() + tally.corrupt()) / tally.sent();
  }

  /**
   * Returns how many messages had no intact reply in time, for whatever reason: lost, late,
   * corrupt, refused and unsent.
   *
   * @return zero or more
   */
  public long failed() {
    return tally.lost() + tally.late() + tally.corrupt() + tally.refused() + tally.unsent();
  }

  /**
   * Returns the share of messages that had no intact reply in time, of all whose fate is known:
   * failed, divided by failed and received.
   *
   * @return 0 to 1; 1 if no fate is known
   */
  public double failureRatio() {
    long known = failed() + received();
    return known == 0 ? 1 : (double) failed() / known;
  }

  /**
   * Returns the longest time without a message that was received: in the order of numbers of a
   * flow, from when the first message that was not received in time was due until when the next one
   * that was received was due. At the end of the probe it is until when the message after the last
   * would have been due.
   *
   * @return zero if all were received
   */
  public Duration longestOutage() {
    return Duration.ofNanos(tally.longestOutageNanos());
  }

  /**
   * Returns the interarrival jitter of RFC 3550, A.8, on the round trips of each flow in the order
   * of their arrival: a sliding mean of the differences between one and the next, as it is at the
   * end, when the last 16 replies or so weigh most.
   *
   * @return zero without two round trips of a flow
   */
  public Duration jitter() {
    return Duration.ofNanos(Math.round(tally.jitterNanos()));
  }

  /**
   * Returns the round trips: from just before the write of a message to just after its first intact
   * copy was read, late ones too.
   *
   * @return as many times as messages were received or late
   */
  public RoundTrips roundTrips() {
    return roundTrips;
  }

  /**
   * Returns the response times: as {@link #roundTrips()}, but from when a message was due. They
   * show the wait for a socket that takes nothing, too, which the round trips leave out
   * (coordinated omission).
   *
   * @return as many times as messages were received or late
   */
  public RoundTrips responseTimes() {
    return responseTimes;
  }

  /**
   * Returns how late messages were sent: from when each was due to its write. See {@link
   * #isSenderSlow()}.
   *
   * @return as many times as messages were sent
   */
  public RoundTrips sendLag() {
    return sendLag;
  }

  /**
   * Returns the report of each flow, the first flow first.
   *
   * @return an unmodifiable list; empty in the report of a flow
   */
  public List<PathReport> flows() {
    return flows;
  }

  /**
   * Returns whether this machine, not the path, was slow: the 99th percentile of the {@linkplain
   * #sendLag send lag} exceeds the time between two messages, although no socket refused one. Loss
   * and times may be this machine's, too, then: measure again, with a warm-up or at a lower rate.
   * The text of the report says so.
   *
   * @return false if a message was unsent, as that delays those behind it, too, or none was sent
   */
  public boolean isSenderSlow() {
    return tally.unsent() == 0
        && sendLag.count() > 0
        && sendLag.percentile(99).toNanos() > intervalNanos;
  }

  /**
   * Returns the report as text of several lines: the numbers that are not zero, the loss, of which
   * without any in more than 3 it says below which ratio it is with 95 % confidence (3 / received),
   * the times with those percentiles for which there are enough, and the flows if there are
   * several.
   *
   * @return several lines, without one that is empty; in ASCII but for a host's name
   */
  @Override
  public String toString() {
    return ReportText.report(this);
  }
}

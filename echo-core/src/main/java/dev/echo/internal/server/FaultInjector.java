package dev.echo.internal.server;

import dev.echo.Exchange;
import dev.echo.Fault;
import dev.echo.FaultPlan;
import dev.echo.Framing;
import dev.echo.Message;
import dev.echo.Peer;
import dev.echo.internal.codec.Bytes;
import dev.echo.internal.codec.FrameEncoder;
import dev.echo.internal.codec.LineEnding;
import dev.echo.internal.faults.FaultStep;
import dev.echo.internal.faults.FaultStep.Kind;
import dev.echo.internal.faults.FaultSteps;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Asks the plan what happens to a reply, tells of it, and changes the bytes of the reply. What
 * takes time, or concerns the connection, is left to whoever sends it.
 */
final class FaultInjector {

  private final FaultPlan plan;
  private final Framing framing;
  private final boolean isDatagram;
  private final ServerEvents events;

  FaultInjector(FaultPlan plan, Framing framing, boolean isDatagram, ServerEvents events) {
    this.plan = plan;
    this.framing = framing;
    this.isDatagram = isDatagram;
    this.events = events;
  }

  /**
   * Called once for each reply, the last one of {@code replies}.
   *
   * @param start where its message starts
   */
  void inject(Exchange exchange, Replies replies, int start, LineEnding ending) {
    Fault planned = plan.faultFor(exchange);
    if (planned == null) {
      throw new NullPointerException("Fault plan " + plan + " returned null");
    }
    List<FaultStep> steps =
        begin(planned, exchange, isDatagram ? Kind::worksOverDatagrams : Kind::worksOverStreams);
    if (steps.isEmpty()) {
      return;
    }
    int frame = start - FrameEncoder.bytesBefore(framing);
    for (FaultStep step : steps) {
      change(step, replies.bytes(), frame, start, ending);
    }
    if (!isDatagram) { // of which each copy is one
      duplicate(replies.bytes(), frame, steps);
    }
    FaultEffect effect = FaultEffect.of(steps, isDatagram);
    if (effect != null) {
      replies.fault(effect, frame);
    }
  }

  /** Fixes what is left to chance and tells of it, if something is to happen; returns what. */
  private List<FaultStep> begin(Fault planned, Exchange exchange, Predicate<Kind> works) {
    List<FaultStep> steps = FaultSteps.of(planned);
    if (steps.isEmpty()) {
      return steps;
    }
    check(planned, steps, works, exchange.number() == 0);
    Fault fault = FaultSteps.drawn(planned, 0, exchange);
    events.faulted(exchange, fault);
    return FaultSteps.of(fault);
  }

  private void check(Fault fault, List<FaultStep> steps, Predicate<Kind> works, boolean isOpening) {
    for (FaultStep step : steps) {
      if (!works.test(step.kind())) {
        throw new IllegalArgumentException("Fault plan " + plan + " has " + fault
            + (isOpening
                ? ", which the opening of a connection can't have"
                : isDatagram ? ", which a datagram can't have" : ", which a stream can't have"));
      }
    }
  }

  private void change(FaultStep step, Bytes out, int frame, int start, LineEnding ending) {
    switch (step.kind()) {
      case DROP -> out.truncate(frame);
      case CORRUPT -> flipBits(out.array(), start, end(out, ending), step);
      case TRUNCATE -> truncate(out, start, (int) step.first(), ending);
      default -> {
        // It takes time, or concerns the connection.
      }
    }
  }

  private int end(Bytes out, LineEnding ending) {
    return out.size() - (framing == Framing.LINES ? ending.bytes.length : 0);
  }

  private void truncate(Bytes out, int start, int size, LineEnding ending) {
    if (size < end(out, ending) - start) {
      out.truncate(start + size);
      FrameEncoder.end(framing, out, start, ending);
    }
  }

  private static void duplicate(Bytes out, int frame, List<FaultStep> steps) {
    int end = out.size();
    for (FaultStep step : steps) {
      for (long i = 0; step.kind() == Kind.DUPLICATE && i < step.first(); i++) {
        out.put(out.array(), frame, end);
      }
    }
  }

  /**
   * Flips bits at places that are drawn; those that are taken, or would end a line, give way to the
   * next. When most of the bits are to be flipped, they are those behind one place.
   */
  private static void flipBits(byte[] bytes, int from, int to, FaultStep step) {
    long size = (long) (to - from) * Byte.SIZE;
    boolean isDense = step.first() >= size / 2;
    Set<Long> tried = new HashSet<>();
    long draw = step.second();
    long left = step.first();
    long bit = 0;
    for (long looked = 0; left > 0 && looked < size; looked++) {
      if (looked == 0 || !isDense) {
        draw = draw * 6364136223846793005L + 1442695040888963407L; // Knuth, MMIX
        bit = (draw >>> 33) % size;
      } else {
        bit = (bit + 1) % size;
      }
      while (!isDense && !tried.add(bit)) {
        bit = (bit + 1) % size;
      }
      int at = from + (int) (bit / Byte.SIZE);
      byte flipped = (byte) (bytes[at] ^ 1 << bit % Byte.SIZE);
      if (flipped != '\n' && flipped != '\r') {
        bytes[at] = flipped;
        left--;
      }
    }
  }

  /** Asks the plan what happens to a connection that was just opened; returns null for nothing. */
  FaultEffect onOpen(Peer peer) {
    Fault planned = plan.faultOnOpen(peer);
    if (planned == null) {
      return null;
    }
    Exchange none = new Exchange(peer, 0, Message.empty(), Message.empty(), false);
    return FaultEffect.of(begin(planned, none, Kind::worksOnOpen), false);
  }
}

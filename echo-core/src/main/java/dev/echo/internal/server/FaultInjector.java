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
import java.util.BitSet;
import java.util.List;
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
    // No switch: its table would be a class that is initialized when there may be no memory.
    if (step.kind() == Kind.DROP) {
      out.truncate(frame);
    } else if (step.kind() == Kind.CORRUPT) {
      flipBits(out.array(), start, end(out, ending), step);
    } else if (step.kind() == Kind.TRUNCATE) {
      truncate(out, start, step.number(), ending);
    } // else it takes time, or concerns the connection
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
      for (int i = 0; step.kind() == Kind.DUPLICATE && i < step.number(); i++) {
        out.put(out.array(), frame, end);
      }
    }
  }

  private static void flipBits(byte[] bytes, int from, int to, FaultStep step) {
    long size = (long) (to - from) * Byte.SIZE;
    if (size > 0 && step.number() >= size / 2) {
      flipRun(bytes, from, size, step);
    } else {
      flipScattered(bytes, from, (int) Math.min(size, Integer.MAX_VALUE), step);
    }
  }

  /** Flips the bits behind one place that is drawn, without those that would end a line. */
  private static void flipRun(byte[] bytes, int from, long size, FaultStep step) {
    long left = step.number();
    long bit = place(next(step.draw()), size);
    for (long looked = 0; left > 0 && looked < size; looked++) {
      left -= flip(bytes, from, bit) ? 1 : 0;
      bit = (bit + 1) % size;
    }
  }

  /**
   * Flips bits at places that are drawn; those that are taken, or would end a line, give way to the
   * next.
   */
  private static void flipScattered(byte[] bytes, int from, int size, FaultStep step) {
    BitSet tried = new BitSet(size);
    long draw = step.draw();
    long left = step.number();
    for (int looked = 0; left > 0 && looked < size; looked++) {
      draw = next(draw);
      int bit = tried.nextClearBit((int) place(draw, size));
      if (bit >= size) {
        bit = tried.nextClearBit(0);
      }
      tried.set(bit);
      left -= flip(bytes, from, bit) ? 1 : 0;
    }
  }

  private static long next(long draw) {
    return draw * 6364136223846793005L + 1442695040888963407L; // Knuth, MMIX
  }

  private static long place(long draw, long size) {
    return (draw >>> 33) % size;
  }

  /** Flips a bit, unless that would end a line; returns whether it did. */
  private static boolean flip(byte[] bytes, int from, long bit) {
    int at = from + (int) (bit / Byte.SIZE);
    byte flipped = (byte) (bytes[at] ^ 1 << bit % Byte.SIZE);
    if (flipped == '\n' || flipped == '\r') {
      return false;
    }
    bytes[at] = flipped;
    return true;
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

package dev.echo.internal.server;

import dev.echo.internal.faults.FaultStep;
import dev.echo.internal.faults.FaultStep.Kind;
import java.util.List;

/**
 * What a fault does besides changing the bytes of a reply.
 *
 * @param isDropped whether there is no datagram to send
 * @param copies how many more datagrams
 * @param places how many later replies go first
 * @param pieceBytes the size of a piece, or 0 if the reply goes as a whole
 * @param cut what happens to the connection, or null
 * @param cutAfter how many bytes of the frame are sent before
 */
record FaultEffect(
    long delayNanos,
    boolean isDropped,
    int copies,
    int places,
    int pieceBytes,
    long pieceNanos,
    Kind cut,
    int cutAfter) {

  /** Which can be added to a time, or to itself, without overflow. */
  private static final long MAX_DELAY_NANOS = Long.MAX_VALUE / 4;

  private static final FaultEffect NOTHING = new FaultEffect(0, false, 0, 0, 0, 0, null, 0);

  /**
   * Returns null if there is nothing left to do.
   *
   * @param isDatagram whether copies are still to be made, each of which is a datagram
   */
  static FaultEffect of(List<FaultStep> steps, boolean isDatagram) {
    long delayNanos = 0;
    boolean isDropped = false;
    int copies = 0;
    int places = 0;
    int pieceBytes = 0;
    long pieceNanos = 0;
    Kind cut = null;
    int cutAfter = 0;
    for (FaultStep step : steps) {
      int number = step.number();
      // No switch: its table would be a class that is initialized when there may be no memory.
      Kind kind = step.kind();
      if (kind == Kind.DELAY) {
        delayNanos = Math.min(delayNanos + step.nanos(), MAX_DELAY_NANOS);
      } else if (kind == Kind.DROP) {
        isDropped = isDatagram;
      } else if (kind == Kind.DUPLICATE) {
        copies += isDatagram ? number : 0;
      } else if (kind == Kind.REORDER) {
        places = number;
      } else if (kind == Kind.SLOW) {
        pieceBytes = number;
        pieceNanos = step.nanos();
      } else if (kind.isCut()) {
        cut = kind;
        cutAfter = number;
      } // else it changes the bytes
    }
    FaultEffect effect = new FaultEffect(
        delayNanos, isDropped, copies, places, pieceBytes, pieceNanos, cut, cutAfter);
    return effect.equals(NOTHING) ? null : effect;
  }
}

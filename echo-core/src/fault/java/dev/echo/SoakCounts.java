package dev.echo;

import java.util.concurrent.atomic.LongAdder;

/** What the peers of a soak have seen. */
final class SoakCounts {

  final LongAdder echoes = new LongAdder();
  final LongAdder wrong = new LongAdder();
  final LongAdder timedOut = new LongAdder();

  /** Echoes that did not come although there was time enough. */
  final LongAdder failed = new LongAdder();

  /** Visits that the server, or the peer itself, has cut short. */
  final LongAdder refused = new LongAdder();

  void check(Message sent, Echo echo) {
    check(sent.equals(echo.message()));
  }

  void check(boolean right) {
    (right ? echoes : wrong).increment();
  }

  @Override
  public String toString() {
    return "echoes %d, wrong %d, failed %d, timed out %d, visits cut short %d"
        .formatted(echoes.sum(), wrong.sum(), failed.sum(), timedOut.sum(), refused.sum());
  }
}

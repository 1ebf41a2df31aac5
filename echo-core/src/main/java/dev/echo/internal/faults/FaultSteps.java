package dev.echo.internal.faults;

import dev.echo.Exchange;
import dev.echo.Fault;
import dev.echo.internal.faults.FaultStep.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Takes faults apart and puts them together, which users have no need of. */
public final class FaultSteps {

  private static volatile Function<Fault, List<FaultStep>> apart;
  private static volatile Function<List<FaultStep>, Fault> together;

  private FaultSteps() {}

  /** Called once, by the class of the faults. */
  public static void access(
      Function<Fault, List<FaultStep>> takesApart, Function<List<FaultStep>, Fault> putsTogether) {
    apart = takesApart;
    together = putsTogether;
  }

  /** The steps in their order; none if nothing happens. */
  public static List<FaultStep> of(Fault fault) {
    return apart.apply(fault);
  }

  /** One fault after the other, up to the first behind which there is nothing left. */
  static Fault inTurn(List<Fault> faults) {
    List<FaultStep> steps = new ArrayList<>();
    for (Fault fault : faults) {
      List<FaultStep> next = of(fault);
      if (next.stream().anyMatch(step -> step.kind() == Kind.DROP) && faults.size() > 1) {
        return Fault.drop();
      }
      if (steps.isEmpty() || !steps.get(steps.size() - 1).kind().isLast()) {
        steps.addAll(next);
      }
    }
    return together.apply(steps);
  }

  /** Fixes what the fault leaves to chance, by seed, peer and exchange. */
  public static Fault drawn(Fault fault, long seed, Exchange exchange) {
    if (of(fault).isEmpty()) {
      return fault;
    }
    Draw draw = new Draw(seed, exchange, 0);
    draw.bits(); // by which a rule would hit
    return drawn(fault, draw);
  }

  static Fault drawn(Fault fault, Draw draw) {
    return together.apply(of(fault).stream().map(step -> step.drawn(draw)).toList());
  }
}

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

  /** Fixes what the fault leaves to chance, by seed, peer, exchange and rule. */
  public static Fault drawn(Fault fault, long seed, Exchange exchange, int rule) {
    List<FaultStep> steps = of(fault);
    if (steps.isEmpty()) {
      return fault;
    }
    Draw draw = new Draw(seed, exchange.peer().number(), exchange.number(), rule);
    draw.bits(); // which has said whether the rule hits
    return together.apply(steps.stream().map(step -> step.drawn(draw)).toList());
  }

  /** Whether the rule of a seeded plan hits. */
  public static boolean hits(double probability, long seed, Exchange exchange, int rule) {
    return new Draw(seed, exchange.peer().number(), exchange.number(), rule).fraction()
        < probability;
  }
}

package dev.echo.internal.faults;

import dev.echo.Exchange;
import dev.echo.Fault;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Faults with probabilities. */
public final class SeededRules {

  private final long seed;
  private final List<Rule> rules;

  private record Rule(double probability, Fault fault) {

    @Override
    public String toString() {
      return BigDecimal.valueOf(probability)
              .movePointRight(2)
              .stripTrailingZeros()
              .toPlainString() + "%" + fault;
    }
  }

  public SeededRules(long seed) {
    this(seed, List.of());
  }

  private SeededRules(long seed, List<Rule> rules) {
    this.seed = seed;
    this.rules = rules;
  }

  public SeededRules with(double probability, Fault fault) {
    if (!(probability >= 0 && probability <= 1)) {
      throw new IllegalArgumentException("probability is not within 0.0 to 1.0: " + probability);
    }
    List<Rule> more = new ArrayList<>(rules);
    more.add(new Rule(probability, Objects.requireNonNull(fault, "fault")));
    return new SeededRules(seed, more);
  }

  public Fault faultFor(Exchange exchange) {
    List<Fault> hits = null;
    for (int i = 0; i < rules.size(); i++) {
      Rule rule = rules.get(i);
      Draw draw = new Draw(seed, exchange, i);
      if (draw.fraction() < rule.probability) {
        hits = hits == null ? new ArrayList<>() : hits;
        hits.add(FaultSteps.drawn(rule.fault, draw));
      }
    }
    return hits == null ? Fault.none() : FaultSteps.inTurn(hits);
  }

  @Override
  public String toString() {
    return FaultPlans.text("", rules, ", seed " + seed);
  }
}

package dev.echo.internal.faults;

import dev.echo.Exchange;
import dev.echo.Fault;
import dev.echo.FaultPlan;
import dev.echo.Peer;
import dev.echo.internal.Settings;
import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The built-in plans, which know nothing but the numbers of peers and messages. */
public final class FaultPlans {

  private static final Pattern RULE = Pattern.compile("\\s*([0-9]{1,3}(?:\\.[0-9]{1,15})?)%(.*)");

  private FaultPlans() {}

  public static FaultPlan script(Fault... faults) {
    return new Script(list(faults, "faults"), 0, "");
  }

  public static FaultPlan every(int n, Fault fault) {
    return new Every(
        Settings.inRange(n, 1, Integer.MAX_VALUE, "n"), Objects.requireNonNull(fault, "fault"));
  }

  public static FaultPlan onOpen(Fault... faults) {
    for (Fault fault : list(faults, "faults")) {
      if (!FaultSteps.of(fault).stream().allMatch(step -> step.kind().worksOnOpen())) {
        throw new IllegalArgumentException("No fault for a connection that is opened: "
            + fault
            + "; there are delay, close, reset and stall");
      }
    }
    return new OnOpen(List.of(faults));
  }

  public static FaultPlan perPeer(FaultPlan... plans) {
    return new PerPeer(list(plans, "plans"));
  }

  public static FaultPlan parse(String text, long seed) {
    String[] parts = Objects.requireNonNull(text, "text").split(",", -1);
    return RULE.matcher(parts[0]).matches()
        ? parseRules(parts, text, seed)
        : parseScript(parts, text, seed);
  }

  private static FaultPlan parseRules(String[] parts, String text, long seed) {
    FaultPlan.Seeded plan = FaultPlan.seeded(seed);
    for (String part : parts) {
      Matcher rule = RULE.matcher(part);
      if (!rule.matches()) {
        throw new IllegalArgumentException("No percentage before \"" + part + "\" in \"" + text
            + "\"; write one for all faults, as in 10%drop,1%duplicate=1, or for none");
      }
      double percentage = new BigDecimal(rule.group(1)).movePointLeft(2).doubleValue();
      if (percentage > 1) {
        throw new IllegalArgumentException("More than 100%: \"" + part + "\" in \"" + text + "\"");
      }
      plan = plan.with(percentage, Fault.parse(rule.group(2)));
    }
    return plan;
  }

  private static FaultPlan parseScript(String[] parts, String text, long seed) {
    Fault[] faults = new Fault[parts.length];
    for (int i = 0; i < parts.length; i++) {
      if (RULE.matcher(parts[i]).matches()) {
        throw new IllegalArgumentException("A percentage in \"" + parts[i] + "\" and none before \""
            + parts[0] + "\" in \"" + text + "\"; write one for all faults, or for none");
      }
      faults[i] = Fault.parse(parts[i]);
    }
    return new Script(List.of(faults), seed, ", seed " + seed);
  }

  /** The fault of a peer or a message with the given number, which counts from 1. */
  private static <T> T atNumber(List<T> list, long number, T none) {
    return number >= 1 && number <= list.size() ? list.get((int) number - 1) : none;
  }

  private static <T> List<T> list(T[] array, String name) {
    for (T element : Objects.requireNonNull(array, name)) {
      Objects.requireNonNull(element, name);
    }
    return List.of(array);
  }

  static String text(String label, List<?> parts, String end) {
    return "FaultPlan["
        + label
        + String.join(",", parts.stream().map(Object::toString).toList())
        + end
        + "]";
  }

  private record Script(List<Fault> faults, long seed, String seedText) implements FaultPlan {

    @Override
    public Fault faultFor(Exchange exchange) {
      Fault fault = atNumber(faults, exchange.number(), Fault.none());
      return FaultSteps.drawn(fault, seed, exchange);
    }

    @Override
    public String toString() {
      return text("", faults, seedText);
    }
  }

  private record Every(int n, Fault fault) implements FaultPlan {

    @Override
    public Fault faultFor(Exchange exchange) {
      return exchange.number() % n == 0 ? fault : Fault.none();
    }

    @Override
    public String toString() {
      return "FaultPlan[every " + n + ": " + fault + "]";
    }
  }

  private record OnOpen(List<Fault> faults) implements FaultPlan {

    @Override
    public Fault faultFor(Exchange exchange) {
      return Fault.none();
    }

    @Override
    public Fault faultOnOpen(Peer peer) {
      return atNumber(faults, peer.number(), Fault.none());
    }

    @Override
    public String toString() {
      return text("on open: ", faults, "");
    }
  }

  private record PerPeer(List<FaultPlan> plans) implements FaultPlan {

    private static final FaultPlan NONE = script();

    @Override
    public Fault faultFor(Exchange exchange) {
      return atNumber(plans, exchange.peer().number(), NONE).faultFor(exchange);
    }

    @Override
    public Fault faultOnOpen(Peer peer) {
      return atNumber(plans, peer.number(), NONE).faultOnOpen(peer);
    }

    @Override
    public String toString() {
      return text("per peer: ", plans, "");
    }
  }
}

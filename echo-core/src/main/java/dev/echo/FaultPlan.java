package dev.echo;

import dev.echo.internal.faults.FaultPlans;
import dev.echo.internal.faults.SeededRules;

/**
 * Which reply has which fault.
 *
 * <p>The plans here depend on nothing but the numbers of peer and message, so that messages with
 * the same numbers have the same faults in every run, for any number of event loops and with any
 * executor. Peers are numbered in the order of accepting: clients that connect at the same time may
 * change places. A lambda will do for the rest, such as one by what the message says:
 *
 * <pre>{@code
 * FaultPlan byText = e -> e.received().text().equals("lost") ? Fault.drop() : Fault.none();
 * FaultPlan plan = FaultPlan.seeded(42)
 *     .with(0.1, Fault.drop())
 *     .with(0.05, Fault.delay(Duration.ofMillis(20), Duration.ofMillis(80)));
 * EchoServer server = EchoServer.builder().faults(plan).start(Endpoint.udp(0));
 * }</pre>
 *
 * <p>Over UDP a peer is a sender's address and port, and has its number from its first datagram on
 * (see {@link Peer#number}): a client that takes a new socket for each message is another peer each
 * time, whose first message it is. {@link EchoClient} does so after each timeout, so that {@code
 * script(Fault.drop())} drops all of its tries; {@code perPeer(script(Fault.drop()))} drops the
 * first one only.
 *
 * <p>Two plans are joined by a lambda that asks one and then the other: {@code e ->
 * first.faultFor(e).then(second.faultFor(e))}. Behind some faults, such as {@link Fault#drop},
 * there can be no other; and a lambda has no {@link #faultOnOpen}.
 *
 * <p>A plan that remembers something of a connection has a concurrent map by its {@link Peer},
 * which is equal only to itself; as a listener of the same server, it forgets it in {@link
 * EchoListener#onClose}. Over UDP, where nothing is closed, the map needs a bound.
 *
 * <p><b>Cost:</b> with a plan, an exchange is made for each message, whether it has a fault or not.
 *
 * <p><b>Thread safety:</b> asked for different connections at the same time, so an implementation
 * must be thread-safe. It runs where the transformer does: on an event loop, or with an {@link
 * EchoServer.Builder#executor executor} on that.
 *
 * <p><b>Failure:</b> when it throws, returns null, or has a fault that does not work over the
 * server's transport, the listener is notified, the reply is dropped and its connection is closed.
 * The server lives on.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface FaultPlan {

  /**
   * Says what happens to a reply. Called once for each exchange but those that quit, after {@link
   * EchoListener#onEcho}.
   *
   * @param exchange the message and its reply
   * @return the fault, {@link Fault#none()} for most
   */
  Fault faultFor(Exchange exchange);

  /**
   * Says what happens to a connection when it is open, under TLS after the handshake. Called once
   * for each connection, after {@link EchoListener#onOpen}; never over UDP. It runs on an event
   * loop, also if the server has an executor.
   *
   * <pre>{@code
   * FaultPlan resetsEveryThirdConnection = new FaultPlan() {
   *   @Override
   *   public Fault faultFor(Exchange exchange) {
   *     return Fault.none();
   *   }
   *
   *   @Override
   *   public Fault faultOnOpen(Peer peer) {
   *     return peer.number() % 3 == 0 ? Fault.reset() : Fault.none();
   *   }
   * };
   * }</pre>
   *
   * @param peer who has connected
   * @return {@link Fault#none()}, the default, or a delay, close, reset or stall; null means none,
   *     too, so that a mock will do
   */
  default Fault faultOnOpen(Peer peer) {
    return Fault.none();
  }

  /**
   * Returns the plan by which the first message of each peer has the first fault, the second the
   * second, and so on, and none after the last. Over UDP a sender that the server has {@linkplain
   * Peer forgotten} begins anew.
   *
   * @param faults the faults in their order; without any, nothing goes wrong
   * @return the plan
   */
  static FaultPlan script(Fault... faults) {
    return FaultPlans.script(faults);
  }

  /**
   * Returns the plan by which every n-th message of each peer has a fault. For every n-th
   * connection see {@link #faultOnOpen}.
   *
   * @param n how often, 1 for all messages
   * @param fault the fault
   * @return the plan
   * @throws IllegalArgumentException if {@code n} is less than 1
   */
  static FaultPlan every(int n, Fault fault) {
    return FaultPlans.every(n, fault);
  }

  /**
   * Returns the plan by which the first connection has the first fault when it is opened, the
   * second the second, and so on, and none after the last. Connections that end before they are
   * open have numbers, too (see {@link Peer#number}). Over UDP it does nothing.
   *
   * @param faults {@link Fault#none()}, delays, closes, resets and stalls
   * @return the plan
   * @throws IllegalArgumentException if a fault is another one
   */
  static FaultPlan onOpen(Fault... faults) {
    return FaultPlans.onOpen(faults);
  }

  /**
   * Returns the plan by which the first peer has the first plan, the second the second, and so on,
   * and none after the last. It suits a client that connects anew for each attempt.
   *
   * <p>In each plan the numbers of peers stay those of the server: for a fault when the second
   * connection is opened write {@code FaultPlan.onOpen(Fault.none(), fault)}, alone or as the
   * second plan.
   *
   * @param plans the plans in their order
   * @return the plan
   */
  static FaultPlan perPeer(FaultPlan... plans) {
    return FaultPlans.perPeer(plans);
  }

  /**
   * Returns a plan without rules, to which {@link Seeded#with} adds some.
   *
   * @param seed by which the faults are drawn; the same one gives the same faults
   * @return the plan
   */
  static Seeded seeded(long seed) {
    return new Seeded(new SeededRules(seed));
  }

  /**
   * Reads a plan: rules with probabilities ({@code 10%drop,5%delay=20ms..80ms}), or a {@linkplain
   * #script script} ({@code none,delay=1s,reset@3}), which begins anew with each connection, with
   * none after its last fault.
   *
   * @param text faults as {@link Fault#parse} reads them, parted by commas, either all with a
   *     percentage or none
   * @param seed by which faults are drawn
   * @return the plan
   * @throws IllegalArgumentException if the text is no plan
   */
  static FaultPlan parse(String text, long seed) {
    return FaultPlans.parse(text, seed);
  }

  /**
   * A plan with faults drawn by a seed.
   *
   * <p>Each rule is drawn on its own, in the order in which they were added; the faults of those
   * that hit take effect one after another. If there is a {@link Fault#drop} among several, it is
   * the only one. A draw depends on nothing but the seed, the numbers of peer and message and the
   * place of the rule.
   *
   * <p><b>Thread safety:</b> immutable, may be shared freely.
   *
   * @since 0.1.0
   */
  final class Seeded implements FaultPlan {

    private final SeededRules rules;

    private Seeded(SeededRules rules) {
      this.rules = rules;
    }

    /**
     * Returns this plan with one more rule.
     *
     * @param probability how likely a reply is to have the fault, from 0.0 to 1.0
     * @param fault the fault
     * @return another plan
     * @throws IllegalArgumentException if the probability is not within 0.0 to 1.0
     */
    public Seeded with(double probability, Fault fault) {
      return new Seeded(rules.with(probability, fault));
    }

    @Override
    public Fault faultFor(Exchange exchange) {
      return rules.faultFor(exchange);
    }

    /**
     * Names rules and seed.
     *
     * @return for example {@code FaultPlan[10%drop,5%delay=20ms..80ms, seed 42]}
     */
    @Override
    public String toString() {
      return rules.toString();
    }
  }
}

package dev.echo.demo;

import static java.util.stream.Collectors.toSet;

import dev.echo.Endpoint;
import dev.echo.FaultPlan;
import java.util.Set;
import java.util.stream.Stream;

/** Faults of the command line, which work over the transport of the server. */
record Faults(String text, long seed, FaultPlan plan) {

  static final String ALL_TRANSPORTS =
      "none, drop, delay=20ms, delay=20ms..80ms, duplicate=2, corrupt=1, truncate=10";
  static final String STREAMS =
      "slow=1/20ms, close, close@3, half-close, half-close@3, reset, reset@3, stall, stall@3";
  static final String DATAGRAMS = "reorder=3";

  /**
   * Reads faults.
   *
   * @throws IllegalArgumentException if they can't be read, or one does not work at the endpoint
   */
  static Faults parse(String text, long seed, DemoEndpoint endpoint) {
    try {
      FaultPlan plan = FaultPlan.parse(text, seed);
      requireTransport(text, endpoint);
      return new Faults(text, seed, plan);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--faults: " + e.getMessage(), e);
    }
  }

  /** The library refuses them only with the first message that has one. */
  private static void requireTransport(String text, DemoEndpoint endpoint) {
    boolean datagrams = endpoint.endpoint() instanceof Endpoint.Udp;
    String others = datagrams ? STREAMS : DATAGRAMS;
    Set<String> words = Stream.of(others.split(", ")).map(Faults::word).collect(toSet());
    for (String fault : text.split("[,+]")) {
      if (words.contains(word(fault))) {
        String forms = ALL_TRANSPORTS + ", " + (datagrams ? DATAGRAMS : STREAMS);
        throw new IllegalArgumentException("No fault over " + transport(endpoint) + ": \""
            + word(fault) + "\"; write " + forms.replaceFirst(", (?=[^,]*$)", " or ")
            + ", joined by +");
      }
    }
  }

  /** Returns the word of a fault, without percentage and number. */
  private static String word(String fault) {
    return fault.replaceFirst("^\\s*[0-9.]+%", "").replaceFirst("[=@].*$", "").strip();
  }

  private static String transport(DemoEndpoint endpoint) {
    if (endpoint.endpoint() instanceof Endpoint.Unix) {
      return "Unix sockets";
    } else if (endpoint.endpoint() instanceof Endpoint.Udp) {
      return "UDP";
    }
    return endpoint.tls() ? "TLS" : "TCP";
  }

  /** Whether anything is drawn: if there is a fault, how long a delay is, or which bits change. */
  private boolean dependsOnSeed() {
    return text.contains("%") || text.contains("..") || text.contains("corrupt");
  }

  /** Returns what to pass again for the same faults. */
  @Override
  public String toString() {
    return Printable.text(text.strip()) + (dependsOnSeed() ? ", seed " + seed : "");
  }
}

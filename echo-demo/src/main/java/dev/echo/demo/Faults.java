package dev.echo.demo;

import dev.echo.Endpoint;
import dev.echo.FaultPlan;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

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
    List<String> forms = forms(endpoint);
    Set<String> words = forms.stream().map(Faults::word).collect(Collectors.toSet());
    for (String fault : text.split("[,+]", -1)) {
      if (!words.contains(word(fault))) {
        int last = forms.size() - 1;
        throw new IllegalArgumentException("--faults: No fault over " + transport(endpoint) + ": \""
            + word(fault) + "\"; write " + String.join(", ", forms.subList(0, last)) + " or "
            + forms.get(last) + ", joined by +");
      }
    }
    try {
      return new Faults(text, seed, FaultPlan.parse(text, seed));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--faults: " + e.getMessage(), e);
    }
  }

  private static List<String> forms(DemoEndpoint endpoint) {
    boolean datagrams = endpoint.endpoint() instanceof Endpoint.Udp;
    return List.of((ALL_TRANSPORTS + ", " + (datagrams ? DATAGRAMS : STREAMS)).split(", "));
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

  /** Returns what to pass again for the same faults. */
  @Override
  public String toString() {
    return Printable.text(text.strip()) + ", seed " + seed;
  }
}

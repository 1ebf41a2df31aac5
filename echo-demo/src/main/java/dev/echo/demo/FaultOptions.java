package dev.echo.demo;

import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine.Option;

/** Options for replies that go wrong on purpose. */
final class FaultOptions {

  static final String HEADING = "%nTo test clients:%n";

  @Option(
      names = "--faults",
      paramLabel = "FAULTS",
      description = {
        "Faults, on purpose, of the first reply to each peer, the second and so on, as in",
        "  none,delay=1s,reset@3",
        "anew for each connection; or by chance, as in",
        "  10%%drop,5%%delay=20ms..80ms",
        "or several for one reply, as in",
        "  delay=1s+close",
        "There are " + Faults.ALL_TRANSPORTS + ";",
        "over TCP, TLS and Unix sockets " + Faults.STREAMS + ";",
        "over UDP " + Faults.DATAGRAMS + "."
      })
  String faults;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "By which chance decides: the same one, the same faults"
          + " (default: another one each time, which is printed if it matters).")
  Long seed;

  /** Returns the faults for a server at the endpoint. */
  Faults faults(DemoEndpoint endpoint) {
    if (faults == null) {
      throw new IllegalArgumentException("--seed without --faults");
    }
    long chosen = seed == null ? ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE) : seed;
    return Faults.parse(faults, chosen, endpoint);
  }
}

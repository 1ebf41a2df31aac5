package dev.echo.demo;

import dev.echo.probe.PathProbe;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A measurement of the path to a server. */
@Command(
    name = "ping",
    description = {
      "Measures the path to an echo server.",
      "Sends numbered messages at a constant rate, checks each reply, and says how many",
      "were lost, late, doubled or reordered, and how long they took.",
      "It runs until Ctrl-C, if neither a count nor a duration is given.",
      "Up to ten messages a second, there is a line for each reply, each duplicate and",
      "each message without a reply; replies to others are in the summary alone.",
      "TIME is in seconds, or as in 200ms, 50us, 5m, 1h."
    },
    footer = {
      "",
      "Exit status: 0; 1 if nothing could be connected, nothing came back, or printing",
      "failed; 2 if the command line is wrong; 3 if otherwise there was more than a --max",
      "option allows. Ctrl-C is a regular end, with the same status.",
      "",
      "response: from when a message was due to its reply: round trip and send lag",
      "send lag: how late this machine sent a message",
      "jitter: a mean of how much a round trip differs from the one before (RFC 3550)",
      "loss below N %%: none was seen, so it is less than that with 95 %% confidence"
    })
final class PingCommand extends ClientCommand {

  private static final Duration MIN_INTERVAL = Duration.ofNanos(100);
  private static final Duration MAX_INTERVAL = Duration.ofSeconds(1000);

  /** As good as none. */
  private static final Duration NO_END = Duration.ofDays(36_500);

  @Option(
      names = {"-c", "--count"},
      paramLabel = "N",
      description = "End after so many messages.")
  Long count;

  @Option(
      names = {"-i", "--interval"},
      paramLabel = "TIME",
      converter = Converters.OfTime.class,
      description = "Time between two messages (default: 1s).")
  Duration interval;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Messages a second, in place of --interval.")
  Double rate;

  @Option(
      names = {"-w", "--duration"},
      paramLabel = "TIME",
      converter = Converters.OfTime.class,
      description = "End after this time.")
  Duration duration;

  @Option(
      names = {"-W", "--timeout"},
      paramLabel = "TIME",
      converter = Converters.OfTime.class,
      description = "After which time a reply is late (default: 1s).")
  Duration timeout = Duration.ofSeconds(1);

  @Option(
      names = {"-s", "--size"},
      paramLabel = "BYTES",
      description = "Size of a message, at least 16 (default: 64).")
  int size = 64;

  @Option(
      names = "--flows",
      paramLabel = "N",
      description = "Number of sockets that take turns, each with its own port (default: 1).")
  int flows = 1;

  @Option(
      names = "--warmup",
      paramLabel = "TIME",
      converter = Converters.OfTime.class,
      description = "Time at the beginning that does not count, but for the numbers of messages"
          + " (default: 0).")
  Duration warmUp = Duration.ZERO;

  @Option(
      names = {"-q", "--quiet"},
      description = "Print the summary alone.")
  boolean quiet;

  @Option(names = "--json", description = "Print the summary alone, as one JSON object.")
  boolean json;

  @Option(
      names = "--max-loss",
      paramLabel = "PERCENT",
      converter = Converters.OfPercent.class,
      description = "Fail if more of the messages had no intact reply in time: lost, late,"
          + " corrupt, refused or unsent.")
  Double maxLoss;

  @Option(
      names = "--max-p99",
      paramLabel = "TIME",
      converter = Converters.OfTime.class,
      description = "Fail if more than 1 %% of the replies took longer.")
  Duration maxP99;

  PingCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    PingOptions options = new PingOptions(
        endpoint, messagesPerSecond(), size, timeout, flows, quiet, json, maxLoss, maxP99);
    return new Ping(options, console).run(builder(options));
  }

  private double messagesPerSecond() {
    if (rate != null && interval != null) {
      throw new IllegalArgumentException("--rate and --interval exclude each other");
    } else if (rate != null) {
      return rate;
    }
    Duration time = interval == null ? Duration.ofSeconds(1) : interval;
    if (time.compareTo(MIN_INTERVAL) < 0 || time.compareTo(MAX_INTERVAL) > 0) {
      throw new IllegalArgumentException(
          "--interval is not within 100 ns to 1000 s: " + PingSummary.exactSeconds(time) + " s");
    }
    return (double) TimeUnit.SECONDS.toNanos(1) / time.toNanos();
  }

  private PathProbe.Builder builder(PingOptions options) throws IOException {
    PathProbe.Builder builder = PathProbe.builder().framing(framing);
    set("--rate", () -> builder.rate(options.rate()));
    set("--timeout", () -> builder.timeout(timeout));
    set("--size", () -> builder.size(size));
    set("--flows", () -> builder.flows(flows));
    set("--warmup", () -> builder.warmUp(warmUp));
    if (count != null) {
      set("--count", () -> builder.count(count));
    }
    if (duration != null) {
      set("--duration", () -> builder.duration(duration));
    } else if (count == null) {
      builder.duration(NO_END);
    }
    Tls secured = tls();
    if (secured != null) {
      secured.configure(builder);
    }
    if (proxySource() != null) {
      builder.proxyHeader(proxySource(), endpoint.proxyDestination());
    }
    return builder;
  }

  /** Names the option if the value can't be used. */
  private static void set(String option, Supplier<PathProbe.Builder> setting) {
    try {
      setting.get();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(option + ": " + e.getMessage(), e);
    }
  }
}

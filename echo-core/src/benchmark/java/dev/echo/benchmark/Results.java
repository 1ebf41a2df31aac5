package dev.echo.benchmark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.RunResult;

/** The results of all rounds as tables in Markdown, in which each row is set against its peers. */
final class Results {

  private static final String HEAD = """

      ### %s

      | workload | subject | %s, median | lowest to highest | speed ÷ fastest peer's |%s
      |---|---|---:|---:|---:|%s
      """;
  private static final String SERVER_HEAD =
      " server's CPU ns a message | ÷ thriftiest peer's | server's bytes allocated a message |";

  private final Map<Row, List<RunResult>> rounds = new LinkedHashMap<>();

  /** What was measured: a server, client or method under a workload. */
  private record Row(
      String benchmark, String workload, String subject, boolean isTime, boolean isServer) {

    static Row of(BenchmarkParams params) {
      String[] name = params.getBenchmark().split("\\.");
      String method = name[name.length - 1];
      return new Row(
          name[name.length - 2],
          param(params, "workload", ""),
          param(params, "server", param(params, "client", method)),
          params.getMode() == Mode.AverageTime,
          params.getParamsKeys().contains("server"));
    }

    private static String param(BenchmarkParams params, String name, String otherwise) {
      return params.getParamsKeys().contains(name) ? params.getParam(name) : otherwise;
    }

    boolean isPeerOf(Row other) {
      return benchmark.equals(other.benchmark)
          && workload.equals(other.workload)
          && !subject.toLowerCase(Locale.ROOT).startsWith("echo");
    }
  }

  void add(RunResult result) {
    rounds.computeIfAbsent(Row.of(result.getParams()), row -> new ArrayList<>()).add(result);
  }

  /** One table for each benchmark, its rows ordered by workload. */
  String toMarkdown() {
    StringBuilder text = new StringBuilder();
    text.append("Rounds: ")
        .append(rounds.values().stream().mapToInt(List::size).max().orElse(0));
    text.append(". Java ").append(Runtime.version()).append(", ");
    text.append(Runtime.getRuntime().availableProcessors()).append(" processors, ");
    text.append(System.getProperty("os.name")).append(". Messages of 64 bytes.\n");
    grouped(rounds.keySet(), Row::benchmark).forEach((benchmark, rows) -> {
      Row first = rows.get(0);
      text.append(HEAD.formatted(
          benchmark,
          first.isTime ? "µs" : "messages/s",
          first.isServer ? SERVER_HEAD : "",
          first.isServer ? "---:|---:|---:|" : ""));
      grouped(rows, Row::workload).values().stream()
          .flatMap(List::stream)
          .forEach(row -> text.append(line(row)).append('\n'));
    });
    return text.toString();
  }

  private static Map<String, List<Row>> grouped(
      Iterable<Row> rows, Function<Row, String> property) {
    Map<String, List<Row>> groups = new LinkedHashMap<>();
    rows.forEach(row ->
        groups.computeIfAbsent(property.apply(row), key -> new ArrayList<>()).add(row));
    return groups;
  }

  private String line(Row row) {
    double[] scores = sorted(row, Results::score);
    String line = "| %s | %s | %s | %s to %s | %s |"
        .formatted(
            row.workload,
            row.subject,
            number(median(scores)),
            number(scores[0]),
            number(scores[scores.length - 1]),
            ratio(speed(row), peers(row).mapToDouble(this::speed).max()));
    return row.isServer ? line + serverColumns(row) : line;
  }

  private String serverColumns(Row row) {
    return " %s | %s | %s |"
        .formatted(
            number(cpu(row)),
            ratio(cpu(row), peers(row).mapToDouble(this::cpu).min()),
            number(median(sorted(row, result -> server(result, ServerUsage.ALLOCATED)))));
  }

  private Stream<Row> peers(Row row) {
    return rounds.keySet().stream().filter(other -> other.isPeerOf(row));
  }

  private double speed(Row row) {
    double score = median(sorted(row, Results::score));
    return row.isTime ? 1 / score : score;
  }

  private double cpu(Row row) {
    return median(sorted(row, result -> server(result, ServerUsage.CPU)));
  }

  private static double score(RunResult result) {
    return result.getPrimaryResult().getScore();
  }

  private static double server(RunResult result, String label) {
    return result.getSecondaryResults().get(label).getScore();
  }

  private double[] sorted(Row row, ToDoubleFunction<RunResult> measure) {
    return rounds.get(row).stream().mapToDouble(measure).sorted().toArray();
  }

  private static double median(double[] sorted) {
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  private static String ratio(double value, OptionalDouble best) {
    return best.isPresent() ? number("%.2f", value / best.getAsDouble()) : "";
  }

  private static String number(double value) {
    return number(value < 100 ? "%.1f" : "%,.0f", value);
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}

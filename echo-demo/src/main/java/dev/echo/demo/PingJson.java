package dev.echo.demo;

import com.google.gson.stream.JsonWriter;
import dev.echo.probe.PathReport;
import dev.echo.probe.RoundTrips;
import java.io.IOException;
import java.io.StringWriter;

/** What a measurement has found out as one JSON object (RFC 8259), for programs. */
final class PingJson {

  /** Changes when a field changes its meaning or goes. */
  private static final int FORMAT = 1;

  private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99, 99.999};

  private final JsonWriter json;

  private PingJson(JsonWriter json) {
    this.json = json;
  }

  static String of(PathReport report, DemoEndpoint endpoint) throws IOException {
    StringWriter text = new StringWriter();
    JsonWriter json = new JsonWriter(text);
    new PingJson(json).write(report, endpoint);
    return text.toString();
  }

  private void write(PathReport report, DemoEndpoint endpoint) throws IOException {
    json.beginObject();
    json.name("format").value(FORMAT);
    json.name("endpoint").value(endpoint.toString());
    writeNumbers(report);
    json.name("flows").beginArray();
    for (PathReport flow : report.flows()) {
      json.beginObject();
      writeNumbers(flow);
      json.endObject();
    }
    json.endArray();
    json.endObject();
  }

  private void writeNumbers(PathReport report) throws IOException {
    json.name("elapsedNanos").value(report.elapsed().toNanos());
    json.name("sent").value(report.sent());
    json.name("unsent").value(report.unsent());
    json.name("received").value(report.received());
    json.name("late").value(report.late());
    json.name("lost").value(report.lost());
    json.name("corrupt").value(report.corrupt());
    json.name("duplicates").value(report.duplicates());
    json.name("foreign").value(report.foreign());
    json.name("refused").value(report.refused());
    json.name("reordered").value(report.reordered());
    json.name("maxReorderExtent").value(report.maxReorderExtent());
    json.name("reconnects").value(report.reconnects());
    json.name("failed").value(report.failed());
    json.name("failureRatio").value(report.failureRatio());
    json.name("lossRatio").value(report.sent() == 0 ? null : report.lossRatio());
    json.name("longestOutageNanos").value(report.longestOutage().toNanos());
    json.name("jitterNanos").value(report.jitter().toNanos());
    writeTimes("roundTrips", report.roundTrips());
    writeTimes("responseTimes", report.responseTimes());
    writeTimes("sendLag", report.sendLag());
  }

  private void writeTimes(String name, RoundTrips times) throws IOException {
    boolean any = times.count() > 0;
    json.name(name).beginObject();
    json.name("count").value(times.count());
    json.name("minNanos").value(any ? times.min().toNanos() : null);
    json.name("meanNanos").value(any ? times.mean().toNanos() : null);
    json.name("maxNanos").value(any ? times.max().toNanos() : null);
    json.name("percentiles").beginObject();
    for (double percent : PERCENTILES) {
      if (times.hasEnoughFor(percent)) {
        json.name(PingSummary.exact(percent)).value(times.percentile(percent).toNanos());
      }
    }
    json.endObject();
    json.name("buckets").beginArray();
    for (RoundTrips.Bucket bucket : times.buckets()) {
      json.beginArray()
          .value(bucket.upperBound().toNanos())
          .value(bucket.count())
          .endArray();
    }
    json.endArray();
    json.endObject();
  }
}

package dev.echo.demo;

import dev.echo.Message;
import dev.echo.probe.ProbeFailure;
import dev.echo.probe.ProbeReply;

/** A line for each reply, each copy of one, and each message without one. Never blocks. */
final class PingLines {

  private static final int MAX_APPENDED = 200;

  private final PingOptions options;
  private final Console console;

  PingLines(PingOptions options, Console console) {
    this.options = options;
    this.console = console;
  }

  void print(ProbeReply reply) {
    boolean late = reply.roundTrip().compareTo(options.timeout()) > 0;
    String time = PingSummary.millis(reply.roundTrip());
    console.printWithoutWaiting(options.size() + " bytes from " + options.endpoint()
        + message(reply.flow(), reply.number())
        + " time=" + time + " ms"
        + (late ? " (late)" : "")
        + appended(reply.reply()));
  }

  void print(ProbeFailure failure) {
    console.printWithoutWaiting(
        what(failure) + options.endpoint() + message(failure.flow(), failure.number()));
  }

  private static String what(ProbeFailure failure) {
    return switch (failure.kind()) {
      case LOST -> "no reply from ";
      case CORRUPT -> "corrupt reply from ";
      case DUPLICATE -> "duplicate reply from ";
      case REFUSED -> "refused by ";
      case UNSENT -> "not taken by ";
    };
  }

  private String message(int flow, long number) {
    return (options.flows() > 1 ? ": flow=" + flow + " seq=" : ": seq=") + number;
  }

  /** What the server has appended, such as the port that it sees. */
  private String appended(Message reply) {
    byte[] bytes = reply.toByteArray();
    String text =
        Message.of(bytes, options.size(), bytes.length - options.size()).text().strip();
    return text.isEmpty() ? "" : " " + Printable.line(text, MAX_APPENDED);
  }
}

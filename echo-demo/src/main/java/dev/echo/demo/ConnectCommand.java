package dev.echo.demo;

import java.io.IOException;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The client alone. */
@Command(
    name = "connect",
    description = "Runs the client alone: sends each line you type.",
    footer = {"", "Exit status: 0; 1 if a line failed; 2 if the command line is wrong."})
final class ConnectCommand extends ClientCommand {

  @Mixin
  LineOptions lines = new LineOptions();

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = Converters.OfTime.class,
      description = "How long to wait for a connection, and for each reply: seconds,"
          + " or 200ms, 5m and the like (default: 5s).")
  Duration timeout = DemoClient.DEFAULT_TIMEOUT;

  @Option(
      names = "--quiet",
      description = "Print the replies alone, without times, prompts and hints.")
  boolean quiet;

  ConnectCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() throws IOException {
    Options options = new Options(endpoint, tls(), lines.bufferSize, lines.quit, framing);
    DemoClient client = new DemoClient(options, timeout, proxySource(), console);
    if (quiet) {
      console.printRepliesOnly();
    }
    client.run();
    return status();
  }
}

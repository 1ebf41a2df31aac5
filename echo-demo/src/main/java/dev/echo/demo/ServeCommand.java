package dev.echo.demo;

import dev.echo.QuitScope;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The server alone. */
@Command(
    name = "serve",
    description = {
      "Runs the server alone, until Ctrl-C or SIGTERM.",
      "At its end it prints how much there was."
    },
    footer = {
      "",
      "Exit status: 130 after Ctrl-C, 143 after SIGTERM; 0 after a quit word with",
      "--stop-on-quit; 1 if it could not start, ended by itself, or printing failed;",
      "2 if the command line is wrong."
    })
final class ServeCommand extends ServerCommand {

  @Option(
      names = "--stop-on-quit",
      description = "The quit word of any client ends the server, not only the connection.")
  boolean stopOnQuit;

  @Option(
      names = {"-v", "--verbose"},
      description = "Print a line for each connection, message, fault, error and close,"
          + " with the numbers of peer and message.")
  boolean verbose;

  @Option(
      names = "--proxy-protocol",
      description =
          "Every connection must begin with a header of the PROXY protocol, by which a load"
              + " balancer says who the client is. Whoever can connect is believed.")
  boolean proxyProtocol;

  ServeCommand(Console console) {
    super(console);
  }

  @Override
  boolean proxyProtocol() {
    if (proxyProtocol) {
      requireStream("--proxy-protocol", endpoint);
    }
    return proxyProtocol;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    ServerOptions options = options(
        stopOnQuit ? QuitScope.SERVER : QuitScope.CONNECTION,
        verbose ? ServerOutput.EVENTS : ServerOutput.TOTALS);
    new DemoServer(options, console).run(new CompletableFuture<>());
    console.end(); // before the status, as printing may fail
    return status();
  }
}

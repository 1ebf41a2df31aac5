package dev.echo.demo;

import dev.echo.QuitScope;
import java.io.IOException;
import picocli.CommandLine.Command;

/** A server and its client in one process. */
@Command(
    name = "echo-demo",
    description = {
      "Starts an echo server and a client, which sends it each line you type.",
      "The quit word or the end of the input ends both."
    },
    footer = {
      "",
      "Exit status: 0; 1 after a failure, or if the server ends before the input,",
      "unless by a quit word; 2 if the command line is wrong."
    })
final class TwoThreadCommand extends ServerCommand {

  TwoThreadCommand(Console console) {
    super(console);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    EchoDemo.runBoth(options(QuitScope.SERVER, ServerOutput.NOTHING), console);
    return status();
  }
}

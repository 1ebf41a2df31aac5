package dev.echo.demo;

import picocli.CommandLine.Option;

/** Options of the commands that send or answer lines. */
final class LineOptions {

  @Option(
      names = {"-b", "--buffer-size"},
      paramLabel = "BYTES",
      description = "Largest message (default: 2048).")
  int bufferSize = 2048;

  @Option(
      names = {"-q", "--quit"},
      paramLabel = "WORD",
      description = "Line that ends the conversation, case ignored (default: quit).")
  String quit = "quit";
}

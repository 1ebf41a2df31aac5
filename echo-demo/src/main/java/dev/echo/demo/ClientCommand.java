package dev.echo.demo;

import java.io.IOException;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Parameters;

/** Options of the commands that connect to a server. */
abstract class ClientCommand extends BaseCommand {

  @Parameters(
      paramLabel = "ENDPOINT",
      converter = Converters.OfEndpoint.class,
      description = "tcp://HOST:PORT, tls://HOST:PORT, udp://HOST:PORT or unix:PATH.")
  DemoEndpoint endpoint;

  @ArgGroup(exclusive = false, heading = TlsOptions.HEADING)
  TlsOptions.ForClient tls;

  ClientCommand(Console console) {
    super(console);
  }

  final BaseCommand withEndpoint(DemoEndpoint given) {
    endpoint = given;
    return this;
  }

  /** Returns null for plain connections. */
  final Tls tls() throws IOException {
    if (!usesTls(endpoint, tls)) {
      return null;
    }
    return (tls == null ? new TlsOptions.ForClient() : tls).tls();
  }
}

package dev.echo.demo;

import dev.echo.Endpoint;
import dev.echo.QuitScope;
import java.io.IOException;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Options of the commands that start a server. */
abstract class ServerCommand extends BaseCommand {

  @Parameters(
      arity = "0..1",
      paramLabel = "ENDPOINT",
      converter = Converters.OfEndpoint.class,
      description = "tcp://HOST:PORT, tls://HOST:PORT, udp://HOST:PORT or unix:PATH"
          + " (default: udp://127.0.0.1:0).")
  DemoEndpoint endpoint = new DemoEndpoint(Endpoint.udp(0), false);

  @Option(
      names = "--plain",
      description = {
        "Send messages back unchanged: no upper case, no port.",
        "With --framing=raw over a stream, replies keep their size: no port is added."
      })
  boolean plain;

  @Mixin
  LineOptions lines = new LineOptions();

  @ArgGroup(exclusive = false, heading = TlsOptions.HEADING)
  TlsOptions tls;

  @ArgGroup(exclusive = false, heading = FaultOptions.HEADING)
  FaultOptions faults;

  ServerCommand(Console console) {
    super(console);
  }

  final BaseCommand withEndpoint(DemoEndpoint given) {
    endpoint = given;
    return this;
  }

  final ServerOptions options(QuitScope quitScope, ServerOutput output)
      throws IOException, InterruptedException {
    Faults planned = faults == null ? null : faults.faults(endpoint);
    Options shared = new Options(endpoint, tls(), lines.bufferSize, lines.quit, framing);
    return new ServerOptions(shared, plain, quitScope, planned, proxyProtocol(), output);
  }

  /** Whether connections begin with a PROXY header. */
  boolean proxyProtocol() {
    return false;
  }

  private Tls tls() throws IOException, InterruptedException {
    if (!usesTls(endpoint, tls)) {
      return null;
    }
    TlsOptions options = tls == null ? new TlsOptions() : tls;
    return options.tls((Endpoint.Tcp) endpoint.endpoint());
  }
}

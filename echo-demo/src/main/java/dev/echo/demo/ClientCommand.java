package dev.echo.demo;

import dev.echo.Endpoint;
import java.io.IOException;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Options of the commands that connect to a server. */
abstract class ClientCommand extends BaseCommand {

  private static final String PROXY_HEADER = "--proxy-header";

  @Parameters(
      paramLabel = "ENDPOINT",
      converter = Converters.OfEndpoint.class,
      description = "tcp://HOST:PORT, tls://HOST:PORT, udp://HOST:PORT or unix:PATH.")
  DemoEndpoint endpoint;

  @Option(
      names = PROXY_HEADER,
      paramLabel = "SOURCE",
      converter = Converters.OfSource.class,
      description =
          "Begin with a header of the PROXY protocol, as a load balancer does for a client"
              + " at HOST:PORT.")
  private Endpoint.Inet proxySource;

  @ArgGroup(exclusive = false, heading = TlsOptions.CLIENT_HEADING)
  TlsOptions.ForClient tls;

  ClientCommand(Console console) {
    super(console);
  }

  final BaseCommand withEndpoint(DemoEndpoint given) {
    endpoint = given;
    return this;
  }

  /** Returns null for connections without a PROXY header. */
  final Endpoint.Inet proxySource() {
    if (proxySource != null) {
      requireStream(PROXY_HEADER, endpoint);
    }
    return proxySource;
  }

  /** Returns null for plain connections. */
  final Tls tls() throws IOException {
    if (!usesTls(endpoint, tls)) {
      return null;
    }
    return (tls == null ? new TlsOptions.ForClient() : tls).tls();
  }
}

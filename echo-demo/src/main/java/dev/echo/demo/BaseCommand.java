package dev.echo.demo;

import dev.echo.Endpoint;
import dev.echo.Framing;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;

/** Options that all commands have. */
@Command(
    mixinStandardHelpOptions = true,
    sortOptions = false,
    versionProvider = BaseCommand.Version.class)
abstract class BaseCommand implements Callable<Integer> {

  final Console console;

  @Option(
      names = "--framing",
      paramLabel = "FRAMING",
      converter = Converters.OfFraming.class,
      description = "Framing of a stream, the same at both ends: lines, length-prefixed or raw"
          + " (default: lines).")
  Framing framing = Framing.LINES;

  BaseCommand(Console console) {
    this.console = console;
  }

  @Override
  public abstract Integer call() throws IOException, InterruptedException;

  /** Rejects TLS options with an endpoint without TLS. */
  final boolean usesTls(DemoEndpoint endpoint, TlsOptions options) {
    if (options != null && !endpoint.tls()) {
      throw new IllegalArgumentException(
          "TLS options need an endpoint tls://HOST:PORT, not " + endpoint);
    }
    return endpoint.tls();
  }

  /** Rejects an option for streams with a UDP endpoint. */
  final void requireStream(String option, DemoEndpoint endpoint) {
    if (endpoint.endpoint() instanceof Endpoint.Udp) {
      throw new IllegalArgumentException(
          option + " needs an endpoint over TCP or a Unix socket, not " + endpoint);
    }
  }

  final Integer status() {
    return console.failed() ? Commands.FAILURE : Commands.OK;
  }

  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = EchoDemo.class.getPackage().getImplementationVersion();
      return new String[] {"echo-demo " + (version == null ? "(not packaged)" : version)};
    }
  }
}

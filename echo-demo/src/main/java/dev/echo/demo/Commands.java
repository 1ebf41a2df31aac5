package dev.echo.demo;

import dev.echo.Endpoint;
import dev.echo.Framing;
import dev.echo.QuitScope;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line: server and client in one process, or either of them alone. */
final class Commands {

  private static final int OK = 0;
  private static final int FAILURE = 1;
  private static final int USAGE = 2;

  private Commands() {}

  /** Runs the command that the arguments name, and returns the exit status. */
  static int run(Console console, String... args) throws InterruptedException {
    try {
      BaseCommand command = withoutOptions(console, args);
      return command == null ? parseAndRun(console, args) : run(command);
    } catch (Error e) {
      console.uncaughtException(Thread.currentThread(), e);
      return FAILURE;
    } finally {
      console.end();
    }
  }

  /**
   * Returns the command of a command line without options, or null if the parser is needed. Loading
   * the parser doubles the start-up time.
   */
  private static BaseCommand withoutOptions(Console console, String... args) {
    if (args.length == 0) {
      return new Both(console);
    }
    List<String> words = List.of(args).subList(0, args.length - 1);
    try {
      DemoEndpoint endpoint = DemoEndpoint.parse(args[args.length - 1]);
      if (words.isEmpty()) {
        return new Both(console).withEndpoint(endpoint);
      } else if (words.equals(List.of("serve"))) {
        return new Serve(console).withEndpoint(endpoint);
      } else if (words.equals(List.of("connect"))) {
        return new Connect(console).withEndpoint(endpoint);
      }
      return null;
    } catch (IllegalArgumentException e) {
      return null; // an option, or an error for the parser to report
    }
  }

  private static int run(BaseCommand command) throws InterruptedException {
    try {
      return command.call();
    } catch (IllegalArgumentException | IOException e) {
      return failure(command.console, e);
    }
  }

  private static int parseAndRun(Console console, String... args) {
    StringWriter help = new StringWriter();
    int status = commandLine(console).setOut(new PrintWriter(help)).execute(args);
    try {
      if (help.getBuffer().length() > 0) {
        console.print(help.toString().stripTrailing());
      }
      return status;
    } catch (IOException e) {
      return failure(console, e);
    }
  }

  private static CommandLine commandLine(Console console) {
    return new CommandLine(new Both(console))
        .addSubcommand(new Serve(console))
        .addSubcommand(new Connect(console))
        .setExpandAtFiles(false)
        .setColorScheme(Help.defaultColorScheme(Help.Ansi.OFF))
        .setParameterExceptionHandler((e, all) -> usageError(console, unknownOption(e)))
        .setExecutionExceptionHandler((e, command, parsed) -> {
          if (e instanceof IllegalArgumentException || e instanceof IOException) {
            return failure(console, e);
          }
          throw e;
        })
        .setExecutionStrategy(Commands::execute);
  }

  /** Prefers the error "unknown option" to an error in the value that follows the option. */
  private static Exception unknownOption(ParameterException e) {
    List<String> unmatched = e.getCommandLine().getUnmatchedArguments();
    return unmatched.isEmpty() || !unmatched.get(0).startsWith("-")
        ? e
        : new UnmatchedArgumentException(e.getCommandLine(), unmatched);
  }

  private static int failure(Console console, Exception e) {
    if (e instanceof IllegalArgumentException) {
      return usageError(console, e);
    }
    console.fail(Failures.text(e));
    return FAILURE;
  }

  private static int usageError(Console console, Exception e) {
    console.fail(e.getMessage() + " (try --help)");
    return USAGE;
  }

  private static int execute(ParseResult parsed) {
    if (parsed.hasSubcommand()
        && !parsed.matchedArgs().isEmpty()
        && !parsed.isUsageHelpRequested()) {
      throw new ParameterException(
          parsed.commandSpec().commandLine(),
          "Options and endpoint must follow \""
              + parsed.subcommand().commandSpec().name() + "\"");
    }
    return new RunLast().execute(parsed);
  }

  /** Options that all commands have. */
  @Command(mixinStandardHelpOptions = true, sortOptions = false, versionProvider = Version.class)
  private abstract static class BaseCommand implements Callable<Integer> {

    final Console console;

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

    @Option(
        names = "--framing",
        paramLabel = "FRAMING",
        converter = FramingConverter.class,
        description = {
          "Framing of a stream: lines, length-prefixed or raw (default: lines).",
          "With raw over TCP or Unix sockets, replies keep their size: no port is added."
        })
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

    final Integer status() {
      return console.failed() ? FAILURE : OK;
    }
  }

  /** Options of the commands that start a server. */
  private abstract static class ServerCommand extends BaseCommand {

    @Parameters(
        arity = "0..1",
        paramLabel = "ENDPOINT",
        converter = EndpointConverter.class,
        description = "tcp://HOST:PORT, tls://HOST:PORT, udp://HOST:PORT or unix:PATH"
            + " (default: udp://127.0.0.1:0).")
    DemoEndpoint endpoint = new DemoEndpoint(Endpoint.udp(0), false);

    @Option(
        names = "--plain",
        description = "Send messages back unchanged: no upper case, no port.")
    boolean plain;

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

    final Options options(QuitScope quitScope, ServerOutput output)
        throws IOException, InterruptedException {
      Faults planned = faults == null ? null : faults.faults(endpoint);
      return new Options(
          endpoint, tls(), bufferSize, quit, framing, plain, quitScope, planned, output);
    }

    private Tls tls() throws IOException, InterruptedException {
      if (!usesTls(endpoint, tls)) {
        return null;
      }
      TlsOptions options = tls == null ? new TlsOptions() : tls;
      return options.tls((Endpoint.Tcp) endpoint.endpoint());
    }
  }

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
  private static final class Both extends ServerCommand {

    Both(Console console) {
      super(console);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
      EchoDemo.runBoth(options(QuitScope.SERVER, ServerOutput.NOTHING), console);
      return status();
    }
  }

  @Command(
      name = "serve",
      description = {
        "Runs the server alone, until Ctrl-C or SIGTERM.",
        "At its end it prints how much there was."
      })
  private static final class Serve extends ServerCommand {

    @Option(
        names = "--stop-on-quit",
        description = "The quit word of any client ends the server, not only the connection.")
    boolean stopOnQuit;

    @Option(
        names = {"-v", "--verbose"},
        description = "Print a line for each connection, message, fault, error and close,"
            + " with the numbers of peer and message.")
    boolean verbose;

    Serve(Console console) {
      super(console);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
      Options options = options(
          stopOnQuit ? QuitScope.SERVER : QuitScope.CONNECTION,
          verbose ? ServerOutput.EVENTS : ServerOutput.TOTALS);
      new DemoServer(options, console).run(new CompletableFuture<>());
      console.end(); // before the status, as printing may fail
      return status();
    }
  }

  @Command(name = "connect", description = "Runs the client alone: sends each line you type.")
  private static final class Connect extends BaseCommand {

    @Parameters(
        paramLabel = "ENDPOINT",
        converter = EndpointConverter.class,
        description = "tcp://HOST:PORT, tls://HOST:PORT, udp://HOST:PORT or unix:PATH.")
    DemoEndpoint endpoint;

    @ArgGroup(exclusive = false, heading = TlsOptions.HEADING)
    TlsOptions.ForClient tls;

    Connect(Console console) {
      super(console);
    }

    BaseCommand withEndpoint(DemoEndpoint given) {
      endpoint = given;
      return this;
    }

    @Override
    public Integer call() throws IOException {
      Options options = new Options(
          endpoint,
          tls(),
          bufferSize,
          quit,
          framing,
          false,
          QuitScope.CONNECTION,
          null,
          ServerOutput.NOTHING);
      new DemoClient(options, console).run();
      return status();
    }

    private Tls tls() throws IOException {
      if (!usesTls(endpoint, tls)) {
        return null;
      }
      return (tls == null ? new TlsOptions.ForClient() : tls).tls();
    }
  }

  private static final class EndpointConverter implements ITypeConverter<DemoEndpoint> {
    @Override
    public DemoEndpoint convert(String value) {
      try {
        return DemoEndpoint.parse(value);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  private static final class FramingConverter implements ITypeConverter<Framing> {
    @Override
    public Framing convert(String value) {
      return switch (value) {
        case "lines" -> Framing.LINES;
        case "length-prefixed" -> Framing.LENGTH_PREFIXED;
        case "raw" -> Framing.RAW;
        default ->
          throw new TypeConversionException(
              "\"" + value + "\" is not one of lines, length-prefixed, raw");
      };
    }
  }

  private static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = EchoDemo.class.getPackage().getImplementationVersion();
      return new String[] {"echo-demo " + (version == null ? "(not packaged)" : version)};
    }
  }
}

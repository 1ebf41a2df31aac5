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

/** The command line: server and client in one process, the server alone, the client alone. */
final class Commands {

  private static final int OK = 0;
  private static final int FAILURE = 1;
  private static final int USAGE = 2;

  private Commands() {}

  /** Runs what the arguments ask for and returns the exit status. */
  static int run(Console console, String... args) throws InterruptedException {
    try {
      Base simple = withoutOptions(console, args);
      return simple == null ? parseAndRun(console, args) : run(simple);
    } catch (Error e) {
      console.uncaughtException(Thread.currentThread(), e);
      return FAILURE;
    } finally {
      console.end();
    }
  }

  /** Returns the command, or null if it takes the parser, which would double the time to start. */
  private static Base withoutOptions(Console console, String... args) {
    if (args.length == 0) {
      return new Both(console);
    }
    List<String> words = List.of(args).subList(0, args.length - 1);
    try {
      DemoEndpoint endpoint = DemoEndpoint.parse(args[args.length - 1]);
      if (words.isEmpty()) {
        return new Both(console).at(endpoint);
      } else if (words.equals(List.of("serve"))) {
        return new Serve(console).at(endpoint);
      } else if (words.equals(List.of("connect"))) {
        return new Connect(console).to(endpoint);
      }
      return null;
    } catch (IllegalArgumentException e) {
      return null; // an option, or a mistake for the parser to explain
    }
  }

  private static int run(Base command) throws InterruptedException {
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

  /** Returns what is wrong with an option in place of what is wrong with the value behind it. */
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

  /** What can be said to every command. */
  @Command(mixinStandardHelpOptions = true, sortOptions = false, versionProvider = Version.class)
  private abstract static class Base implements Callable<Integer> {

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
          "How a stream is cut into messages: lines, length-prefixed or raw (default: lines).",
          "With raw over TCP or Unix sockets, replies keep their size: no port is added."
        })
    Framing framing = Framing.LINES;

    Base(Console console) {
      this.console = console;
    }

    @Override
    public abstract Integer call() throws IOException, InterruptedException;

    /** What is said about TLS must not be in vain. */
    final boolean isSecure(DemoEndpoint endpoint, TlsOptions said) {
      if (said != null && !endpoint.tls()) {
        throw new IllegalArgumentException(
            "Options for TLS need an endpoint tls://HOST:PORT, not " + endpoint);
      }
      return endpoint.tls();
    }

    final Integer status() {
      return console.failed() ? FAILURE : OK;
    }
  }

  /** What can be said to the commands with a server. */
  private abstract static class WithServer extends Base {

    @Parameters(
        arity = "0..1",
        paramLabel = "ENDPOINT",
        converter = EndpointConverter.class,
        description = "tcp://HOST:PORT, tls://HOST:PORT, udp://HOST:PORT or unix:PATH"
            + " (default: udp://127.0.0.1:0).")
    DemoEndpoint endpoint = new DemoEndpoint(Endpoint.udp(0), false);

    @Option(names = "--plain", description = "Send back unchanged: neither upper case nor port.")
    boolean plain;

    @ArgGroup(exclusive = false, heading = TlsOptions.HEADING)
    TlsOptions tls;

    WithServer(Console console) {
      super(console);
    }

    final Base at(DemoEndpoint chosen) {
      endpoint = chosen;
      return this;
    }

    final Options options(QuitScope quitScope) throws IOException, InterruptedException {
      return new Options(endpoint, tls(), bufferSize, quit, framing, plain, quitScope);
    }

    private Tls tls() throws IOException, InterruptedException {
      if (!isSecure(endpoint, tls)) {
        return null;
      }
      TlsOptions said = tls == null ? new TlsOptions() : tls;
      return said.tls((Endpoint.Tcp) endpoint.endpoint());
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
  private static final class Both extends WithServer {

    Both(Console console) {
      super(console);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
      EchoDemo.runBoth(options(QuitScope.SERVER), console);
      return status();
    }
  }

  @Command(name = "serve", description = "Runs the server alone, until Ctrl-C or SIGTERM.")
  private static final class Serve extends WithServer {

    @Option(
        names = "--stop-on-quit",
        description = "The quit word of any client ends the server, not only the connection.")
    boolean stopOnQuit;

    Serve(Console console) {
      super(console);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
      Options options = options(stopOnQuit ? QuitScope.SERVER : QuitScope.CONNECTION);
      new DemoServer(options, console).run(new CompletableFuture<>());
      return status();
    }
  }

  @Command(name = "connect", description = "Runs the client alone: sends each line you type.")
  private static final class Connect extends Base {

    @Parameters(
        paramLabel = "ENDPOINT",
        converter = EndpointConverter.class,
        description = "tcp://HOST:PORT, tls://HOST:PORT, udp://HOST:PORT or unix:PATH.")
    DemoEndpoint endpoint;

    @ArgGroup(exclusive = false, heading = TlsOptions.HEADING)
    TlsOptions.OfClient tls;

    Connect(Console console) {
      super(console);
    }

    Base to(DemoEndpoint chosen) {
      endpoint = chosen;
      return this;
    }

    @Override
    public Integer call() throws IOException {
      Options options =
          new Options(endpoint, tls(), bufferSize, quit, framing, false, QuitScope.CONNECTION);
      new DemoClient(options, console).run();
      return status();
    }

    private Tls tls() throws IOException {
      if (!isSecure(endpoint, tls)) {
        return null;
      }
      return (tls == null ? new TlsOptions.OfClient() : tls).tls();
    }
  }

  /** Says what is wrong with what is no endpoint, or with one that nobody can listen on. */
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
              "\"" + value + "\" is none of lines, length-prefixed, raw");
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

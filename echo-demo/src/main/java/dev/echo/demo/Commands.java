package dev.echo.demo;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.MaxValuesExceededException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line: server and client in one process, either of them alone, or a measurement. */
final class Commands {

  static final int OK = 0;
  static final int FAILURE = 1;
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
      return new TwoThreadCommand(console);
    }
    List<String> words = List.of(args).subList(0, args.length - 1);
    try {
      DemoEndpoint endpoint = DemoEndpoint.parse(args[args.length - 1]);
      if (words.isEmpty()) {
        return new TwoThreadCommand(console).withEndpoint(endpoint);
      } else if (words.equals(List.of("serve"))) {
        return new ServeCommand(console).withEndpoint(endpoint);
      } else if (words.equals(List.of("connect"))) {
        return new ConnectCommand(console).withEndpoint(endpoint);
      } else if (words.equals(List.of("ping"))) {
        return new PingCommand(console).withEndpoint(endpoint);
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
    return new CommandLine(new TwoThreadCommand(console))
        .addSubcommand(new ServeCommand(console))
        .addSubcommand(new ConnectCommand(console))
        .addSubcommand(new PingCommand(console))
        .setExpandAtFiles(false)
        .setColorScheme(Help.defaultColorScheme(Help.Ansi.OFF))
        .setParameterExceptionHandler((e, all) -> usageError(console, clearer(e, all)))
        .setExecutionExceptionHandler((e, command, parsed) -> {
          if (e instanceof IllegalArgumentException || e instanceof IOException) {
            return failure(console, e);
          }
          throw e;
        })
        .setExecutionStrategy(Commands::execute);
  }

  /**
   * Prefers the error "unknown option" to an error in the value that follows the option, and names
   * an option that is given twice, of which the parser shows the whole group.
   */
  private static Exception clearer(ParameterException e, String... args) {
    List<String> unmatched = e.getCommandLine().getUnmatchedArguments();
    if (!unmatched.isEmpty() && unmatched.get(0).startsWith("-")) {
      return new UnmatchedArgumentException(e.getCommandLine(), unmatched);
    }
    return e instanceof MaxValuesExceededException ? givenTwice(e, args) : e;
  }

  private static Exception givenTwice(ParameterException e, String... args) {
    Set<String> options = new HashSet<>();
    for (String arg : args) {
      String option = arg.split("=", 2)[0];
      if (option.startsWith("--") && !options.add(option)) {
        return new IllegalArgumentException(
            "option '" + option + "' should be specified only once");
      }
    }
    return e;
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
}

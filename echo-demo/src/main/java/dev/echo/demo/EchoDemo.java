package dev.echo.demo;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/**
 * The console program: an echo server and its client, on two threads of one process or as two
 * processes, and a measurement of the path to a server.
 *
 * <p>{@link Commands} turns the command line into {@link Options}, {@link ServerOptions} and
 * {@link PingOptions}. {@link DemoServer} and {@link DemoClient} run the server and the client,
 * {@link Ping} measures, all with the {@link Console} for input and output.
 */
public final class EchoDemo {

  private static final String LOG_SETTINGS = "java.util.logging.config.";

  private EchoDemo() {}

  /**
   * Runs the program and exits: with 0, with 1 if something failed, with 2 if the command line is
   * wrong, with 3 if a measurement found more than was allowed.
   *
   * @param args the command line
   * @throws InterruptedException never, as the main thread is not interrupted
   */
  public static void main(String[] args) throws InterruptedException {
    Locale.setDefault(Locale.ROOT); // programs read the output
    if (System.getProperty(LOG_SETTINGS + "file") == null) {
      // The demo reports itself, in one line, what the library logs. An Object configures nothing.
      System.setProperty(LOG_SETTINGS + "class", "java.lang.Object");
    }
    Console console = new Console(
        StandardStreams.input(),
        StandardStreams.output(),
        StandardStreams.errors(),
        StandardStreams.areInteractive());
    Thread.setDefaultUncaughtExceptionHandler(new LastResort(console));
    System.exit(Commands.run(console, args));
  }

  static int run(
      InputStream in, OutputStream out, OutputStream err, boolean terminal, String... args)
      throws InterruptedException {
    return Commands.run(new Console(in, out, err, terminal), args);
  }

  /** Runs a server and its client, and returns when both have ended. */
  static void runBoth(ServerOptions options, Console console) throws InterruptedException {
    CompletableFuture<DemoServer> bound = new CompletableFuture<>();
    DemoServer server = new DemoServer(options, console);
    DemoClient client = new DemoClient(options.shared(), DemoClient.DEFAULT_TIMEOUT, null, console);

    Thread serverThread = new Thread(() -> server.run(bound), "echo-demo-server");
    Thread clientThread = new Thread(() -> client.runWith(bound), "echo-demo-client");
    serverThread.setUncaughtExceptionHandler(console);
    clientThread.setUncaughtExceptionHandler(console);
    serverThread.start();
    clientThread.start();
    serverThread.join();
    clientThread.join();
  }

  /** Exits, as a server that has lost a thread serves no more and might never terminate. */
  private record LastResort(Console console) implements Thread.UncaughtExceptionHandler {
    @Override
    public void uncaughtException(Thread thread, Throwable error) {
      try {
        console.uncaughtException(thread, error);
      } finally {
        System.exit(1);
      }
    }
  }
}

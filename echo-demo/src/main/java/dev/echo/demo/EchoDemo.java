package dev.echo.demo;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/**
 * The console program: an echo server and a client to talk to it, as two threads of one process or
 * as a process each.
 *
 * <p>{@link Commands} turns the command line into {@link Options}, by which {@link DemoServer} and
 * {@link DemoClient} do the work. All that they read and write goes through the {@link Console}.
 */
public final class EchoDemo {

  private static final String LOG_SETTINGS = "java.util.logging.config.";

  private EchoDemo() {}

  /**
   * Runs the program and exits: with 0, with 1 if something failed, with 2 if the command line is
   * wrong.
   *
   * @param args the command line
   * @throws InterruptedException never, as nobody interrupts the main thread
   */
  public static void main(String[] args) throws InterruptedException {
    Locale.setDefault(Locale.ROOT); // programs read what is printed
    if (System.getProperty(LOG_SETTINGS + "file") == null) {
      // What the library logs, the demo says itself, in one line. An object sets nothing up.
      System.setProperty(LOG_SETTINGS + "class", "java.lang.Object");
    }
    Console console = new Console(
        StandardStreams.input(),
        StandardStreams.output(),
        StandardStreams.errors(),
        StandardStreams.areATerminal());
    Thread.setDefaultUncaughtExceptionHandler(new LastResort(console));
    System.exit(Commands.run(console, args));
  }

  static int run(
      InputStream in, OutputStream out, OutputStream err, boolean terminal, String... args)
      throws InterruptedException {
    return Commands.run(new Console(in, out, err, terminal), args);
  }

  /** Runs a server and a client of it, and returns when both have ended. */
  static void runBoth(Options options, Console console) throws InterruptedException {
    CompletableFuture<DemoServer> bound = new CompletableFuture<>();
    DemoServer server = new DemoServer(options, console);
    DemoClient client = new DemoClient(options, console);

    Thread serverThread = new Thread(() -> server.run(bound), "echo-demo-server");
    Thread clientThread = new Thread(() -> client.runWith(bound), "echo-demo-client");
    serverThread.setUncaughtExceptionHandler(console);
    clientThread.setUncaughtExceptionHandler(console);
    serverThread.start();
    clientThread.start();
    serverThread.join();
    clientThread.join();
  }

  /** A server that has lost a thread is none, and nobody else might end it. */
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

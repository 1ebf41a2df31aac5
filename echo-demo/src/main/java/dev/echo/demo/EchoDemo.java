package dev.echo.demo;

import dev.echo.EchoServer;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.concurrent.CompletableFuture;

/**
 * The console program: an echo server and a client to talk to it, as two threads of one process or
 * as a process each.
 *
 * <p>{@link Commands} turns the command line into {@link Options}, by which {@link DemoServer} and
 * {@link DemoClient} do the work. All that they read and write goes through the {@link Console}.
 */
public final class EchoDemo {

  private EchoDemo() {}

  /**
   * Runs the program and exits: with 0, with 1 if something failed, with 2 if the command line is
   * wrong.
   *
   * @param args the command line
   * @throws InterruptedException never, as nobody interrupts the main thread
   */
  public static void main(String[] args) throws InterruptedException {
    System.exit(run(System.in, System.out, System.err, Console.isTerminal(), args));
  }

  static int run(InputStream in, PrintStream out, PrintStream err, boolean terminal, String... args)
      throws InterruptedException {
    return Commands.run(new Console(in, out, err, terminal), args);
  }

  /** Runs a server and a client of it, and returns when both have ended. */
  static void runBoth(Options options, Console console) throws InterruptedException {
    CompletableFuture<EchoServer> bound = new CompletableFuture<>();
    DemoServer server = new DemoServer(options, console);
    DemoClient client = new DemoClient(options, console);

    Thread serverThread = new Thread(() -> server.run(bound), "echo-demo-server");
    Thread clientThread = new Thread(() -> client.runWith(bound), "echo-demo-client");
    serverThread.start();
    clientThread.start();
    serverThread.join();
    clientThread.join();
  }
}

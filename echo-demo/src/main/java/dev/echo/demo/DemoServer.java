package dev.echo.demo;

import dev.echo.EchoListener;
import dev.echo.EchoServer;
import dev.echo.EchoStats;
import dev.echo.Endpoint;
import dev.echo.Exchange;
import dev.echo.Framing;
import dev.echo.Message;
import dev.echo.MessageTransformer;
import dev.echo.Peer;
import dev.echo.QuitScope;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Starts a server, prints its endpoint, and waits until it has terminated. */
final class DemoServer implements EchoListener {

  /** Long, as the peer may be a person at a keyboard. */
  private static final Duration IDLE_TIMEOUT = Duration.ofDays(1);

  /** Short, as Ctrl-C ends the process within a second, also beside peers that do not read. */
  private static final Duration CLOSE_TIMEOUT = Duration.ofMillis(200);

  private final ServerOptions options;
  private final Options shared;
  private final Console console;
  private volatile EchoServer server;
  private volatile boolean endsOnPurpose;

  /** Guarded by this. */
  private boolean totalsPrinted;

  DemoServer(ServerOptions options, Console console) {
    this.options = options;
    this.shared = options.shared();
    this.console = console;
  }

  /**
   * Runs a server until it has terminated.
   *
   * @param bound completed with this when clients can connect, or with null if the start failed
   */
  void run(CompletableFuture<DemoServer> bound) {
    try (EchoServer started = start()) {
      server = started;
      closeOnExit();
      printEndpoint();
      console.startPrinting();
      bound.complete(this);
      started.awaitTermination();
      printTotals();
      if (!endsOnPurpose) {
        console.failWithoutWaiting("The server at " + endpoint() + " ended unexpectedly");
      }
    } catch (IOException e) {
      console.fail(shared.advice().onStart(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      bound.complete(null); // no effect after the other
    }
  }

  DemoEndpoint endpoint() {
    return new DemoEndpoint(server.endpoint(), shared.tls() != null);
  }

  void shutdown() {
    endsOnPurpose = true;
    server.shutdown();
  }

  boolean hasEnded() {
    return server.isTerminated();
  }

  boolean hasFaults() {
    return options.faults() != null;
  }

  /** Returns whether the server ends, or has ended, by its client, a quit word or a signal. */
  boolean endsOnPurpose() {
    return endsOnPurpose;
  }

  private void printEndpoint() throws IOException {
    console.print("Listening on " + endpoint());
    if (shared.tls() != null) {
      console.print("Certificate SHA-256 " + shared.tls().fingerprint());
    }
    if (hasFaults()) {
      console.print("Faults: " + options.faults());
    }
  }

  private EchoServer start() throws IOException {
    EchoServer.Builder builder = EchoServer.builder();
    configure(builder);
    return builder.start(shared.endpoint().endpoint());
  }

  void configure(EchoServer.Builder builder) throws IOException {
    builder
        .transformer(transformer())
        .quitWhen(shared.quit(), options.quitScope())
        .framing(shared.framing())
        .maxMessageSize(shared.bufferSize())
        .idleTimeout(IDLE_TIMEOUT)
        .closeTimeout(CLOSE_TIMEOUT)
        .listener(listener());
    if (shared.tls() != null) {
      shared.tls().configure(builder);
    }
    if (options.proxyProtocol()) {
      builder.proxyProtocol(proxy -> true);
    }
    if (hasFaults()) {
      builder.faults(options.faults().plan());
    }
  }

  private EchoListener listener() {
    return options.output() == ServerOutput.EVENTS ? andThen(new ServerLog(shared, console)) : this;
  }

  @Override
  public void onEcho(Exchange exchange) {
    if (exchange.quit() && options.quitScope() == QuitScope.SERVER) {
      endsOnPurpose = true;
    }
  }

  /** Failures are alike if they have the same type and the same text before the peer's name. */
  @Override
  public void onError(Peer peer, Throwable error) {
    String text = Failures.text(error);
    int name = text.indexOf(peer.endpoint().toString());
    String operation = name < 0 ? "" : text.substring(0, name);
    console.warn(error.getClass().getName() + operation, shared.advice().text(error));
  }

  private MessageTransformer transformer() {
    if (options.plain()) {
      return MessageTransformer.identity();
    }
    boolean stream = !(shared.endpoint().endpoint() instanceof Endpoint.Udp);
    return shared.framing() == Framing.RAW && stream
        ? DemoServer::upperCaseOfSameSize
        : MessageTransformer.upperCase().andThen(MessageTransformer.appendSenderPort());
  }

  /** Without framing a reply ends by its size, but some letters are longer in upper case. */
  private static Message upperCaseOfSameSize(Message message, Peer peer) {
    Message reply = MessageTransformer.upperCase().transform(message, peer);
    return reply.size() == message.size() ? reply : message;
  }

  /** Closes the server on SIGTERM or Ctrl-C, which deletes its socket file. */
  private void closeOnExit() {
    try {
      Runtime.getRuntime().addShutdownHook(new Thread(this::exit, "echo-demo-exit"));
    } catch (IllegalStateException e) {
      close(); // The process is ending already; what is to be printed follows
    }
  }

  void exit() {
    close();
    printTotals();
    console.end();
  }

  private void close() {
    console.mute();
    endsOnPurpose = true; // before the thread that waits for the end looks at it
    server.close();
  }

  /** Prints them once, whichever thread is first: the one that waits, or that of the exit. */
  private synchronized void printTotals() {
    if (options.output() != ServerOutput.NOTHING && !totalsPrinted) {
      totalsPrinted = true;
      console.printLast(totals(server.stats(), server.endpoint()));
    }
  }

  /** What seldom happens is left out if it did not. */
  static String totals(EchoStats stats, Endpoint endpoint) {
    boolean stream = !(endpoint instanceof Endpoint.Udp);
    return (stream ? counter(stats.totalConnections(), "connection", "s") + ", " : "")
        + counter(stats.messages(), "message", "s") + ", "
        + counter(stats.bytesIn(), "byte", "s") + " in, "
        + counter(stats.bytesOut(), "byte", "s") + " out"
        + unlessZero(stats.faults(), "fault", "s")
        + unlessZero(stats.dropped(), "not answered", "")
        + unlessZero(stats.rejected(), "rejected", "")
        + unlessZero(stats.errors(), "error", "s");
  }

  private static String unlessZero(long count, String name, String plural) {
    return count == 0 ? "" : ", " + counter(count, name, plural);
  }

  private static String counter(long count, String name, String plural) {
    return count + " " + name + (count == 1 ? "" : plural);
  }
}

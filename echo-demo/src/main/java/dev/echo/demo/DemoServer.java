package dev.echo.demo;

import dev.echo.Peer;
import dev.echo.EchoListener;
import dev.echo.EchoServer;
import dev.echo.Endpoint;
import dev.echo.Exchange;
import dev.echo.Framing;
import dev.echo.Message;
import dev.echo.MessageTransformer;
import dev.echo.QuitScope;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** The server's side: it starts a server, says where it listens, and waits for its end. */
final class DemoServer implements EchoListener {

  /** A person may be away for longer than a program is silent. */
  private static final Duration IDLE_TIMEOUT = Duration.ofDays(1);

  /** Ctrl-C has to end the process within a second. */
  private static final Duration CLOSE_TIMEOUT = Duration.ofMillis(500);

  private final Options options;
  private final Console console;
  private volatile EchoServer server;
  private volatile boolean ends;

  DemoServer(Options options, Console console) {
    this.options = options;
    this.console = console;
  }

  /**
   * Runs a server until it ends.
   *
   * @param bound is given this as soon as clients can connect, or null if they never will
   */
  void run(CompletableFuture<DemoServer> bound) {
    try (EchoServer started = start()) {
      server = started;
      closeAtExit();
      tellEndpoint();
      bound.complete(this);
      started.awaitTermination();
      if (!ends) {
        console.failWithoutWaiting("The server at " + endpoint() + " has ended by itself");
      }
    } catch (IOException e) {
      console.fail(options.advice().onStart(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      bound.complete(null); // changes nothing if it has the server
    }
  }

  DemoEndpoint endpoint() {
    return new DemoEndpoint(server.endpoint(), options.tls() != null);
  }

  void shutdown() {
    ends = true;
    server.shutdown();
  }

  boolean hasEnded() {
    return server.isTerminated();
  }

  /** Tells whether it ends, or has ended, because somebody has asked it to. */
  boolean endsOnPurpose() {
    return ends;
  }

  private void tellEndpoint() throws IOException {
    console.print("Listening on " + endpoint());
    if (options.tls() != null) {
      console.print("Certificate SHA-256 " + options.tls().server());
    }
  }

  private EchoServer start() throws IOException {
    EchoServer.Builder builder = EchoServer.builder()
        .transformer(transformer())
        .quitWhen(options.quit(), options.quitScope())
        .framing(options.framing())
        .maxMessageSize(options.bufferSize())
        .idleTimeout(IDLE_TIMEOUT)
        .closeTimeout(CLOSE_TIMEOUT)
        .listener(this);
    if (options.tls() != null) {
      options.tls().secure(builder);
    }
    return builder.start(options.endpoint().endpoint());
  }

  @Override
  public void onEcho(Exchange exchange) {
    if (exchange.quit() && options.quitScope() == QuitScope.SERVER) {
      ends = true;
    }
  }

  /** Failures are alike if they are so but for the peer, and for what is said after its name. */
  @Override
  public void onError(Peer peer, Throwable error) {
    String text = Failures.text(error);
    int name = text.indexOf(peer.endpoint().toString());
    String operation = name < 0 ? "" : text.substring(0, name);
    console.warn(error.getClass().getName() + operation, options.advice().text(error));
  }

  private MessageTransformer transformer() {
    if (options.plain()) {
      return MessageTransformer.identity();
    }
    boolean stream = !(options.endpoint().endpoint() instanceof Endpoint.Udp);
    return options.framing() == Framing.RAW && stream
        ? DemoServer::upperCaseOfSameSize
        : MessageTransformer.upperCase().andThen(MessageTransformer.appendSenderPort());
  }

  /** Without framing only its size tells where a reply ends, and some letters grow. */
  private static Message upperCaseOfSameSize(Message message, Peer peer) {
    Message reply = MessageTransformer.upperCase().transform(message, peer);
    return reply.size() == message.size() ? reply : message;
  }

  /** Frees the port, and deletes the socket file, when the process is told to end. */
  private void closeAtExit() {
    try {
      Runtime.getRuntime().addShutdownHook(new Thread(this::endAtExit, "echo-demo-exit"));
    } catch (IllegalStateException e) {
      endAtExit(); // It has been told already
    }
  }

  private void endAtExit() {
    console.mute();
    server.close();
    console.end();
  }
}

package dev.echo.demo;

import dev.echo.EchoListener;
import dev.echo.EchoServer;
import dev.echo.Endpoint;
import dev.echo.Framing;
import dev.echo.Message;
import dev.echo.MessageTransformer;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** The server's side: it starts a server, says where it listens, and waits for its end. */
record DemoServer(Options options, Console console) {

  /** A person at the other side may be away for longer than a program is silent. */
  private static final Duration IDLE_TIMEOUT = Duration.ofDays(1);

  /** Ctrl-C has to end the process within a second. */
  private static final Duration CLOSE_TIMEOUT = Duration.ofMillis(500);

  /**
   * Runs a server until it ends.
   *
   * @param bound is given the server as soon as clients can connect, or null if there won't be one
   */
  void run(CompletableFuture<EchoServer> bound) {
    try (EchoServer server = start()) {
      closeAtExit(server);
      tellEndpoint(server.endpoint());
      bound.complete(server);
      server.awaitTermination();
    } catch (IOException e) {
      console.fail(Advice.onStart(e, options.endpoint()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      bound.complete(null); // changes nothing if it has the server
    }
  }

  private void tellEndpoint(Endpoint bound) throws IOException {
    console.print("Listening on " + new DemoEndpoint(bound, options.tls() != null));
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
        .listener(new EchoListener() {
          @Override
          public void onError(Endpoint peer, Throwable error) {
            console.warn(error.getMessage());
          }
        });
    if (options.tls() != null) {
      options.tls().secure(builder);
    }
    return builder.start(options.endpoint());
  }

  private MessageTransformer transformer() {
    if (options.plain()) {
      return MessageTransformer.identity();
    }
    boolean stream = !(options.endpoint() instanceof Endpoint.Udp);
    return options.framing() == Framing.RAW && stream
        ? DemoServer::upperCaseOfSameSize
        : MessageTransformer.upperCase().andThen(MessageTransformer.appendSenderPort());
  }

  /** Without framing only its size tells where a reply ends, and some letters grow. */
  private static Message upperCaseOfSameSize(Message message, Endpoint sender) {
    Message reply = MessageTransformer.upperCase().transform(message, sender);
    return reply.size() == message.size() ? reply : message;
  }

  /** Frees the port, and deletes the socket file, when the process is told to end. */
  private static void closeAtExit(EchoServer server) {
    try {
      Runtime.getRuntime().addShutdownHook(new Thread(server::close, "echo-demo-exit"));
    } catch (IllegalStateException e) {
      server.close(); // It has been told already
    }
  }
}

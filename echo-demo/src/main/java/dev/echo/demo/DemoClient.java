package dev.echo.demo;

import dev.echo.EchoClient;
import dev.echo.Endpoint;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Connects a client, which sends each line of the input.
 *
 * @param timeout for the connection, and for each reply
 * @param proxySource for whom it says that it connects, in a PROXY header, or null
 */
record DemoClient(Options options, Duration timeout, Endpoint.Inet proxySource, Console console) {

  static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);

  DemoClient {
    if (timeout.isZero()) {
      throw new IllegalArgumentException("--timeout is zero");
    }
  }

  /** Runs a client of a server in this process, and shuts that server down in the end. */
  void runWith(CompletableFuture<DemoServer> bound) {
    DemoServer server = bound.join();
    if (server == null) {
      return; // The server's thread has reported why
    }
    try {
      run(server.endpoint().endpoint(), server);
    } finally {
      server.shutdown();
    }
  }

  /** Runs a client of a server in another process. */
  void run() {
    run(options.endpoint().endpoint(), null);
  }

  private void run(Endpoint endpoint, DemoServer server) {
    try (EchoClient client = connect(endpoint)) {
      new Conversation(options, console, client, server).run();
    } catch (IOException e) {
      console.fail(options.advice().onConnect(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private EchoClient connect(Endpoint endpoint) throws IOException {
    EchoClient.Builder builder = EchoClient.builder()
        .quitWhen(options.quit())
        .framing(options.framing())
        .connectTimeout(timeout)
        .timeout(timeout)
        .maxMessageSize(options.maxReplySize());
    if (options.tls() != null) {
      options.tls().configure(builder);
    }
    if (proxySource != null) {
      builder.proxyHeader(proxySource, options.endpoint().proxyDestination());
    }
    try {
      return builder.connect(endpoint);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(options.advice().text(e), e);
    }
  }
}

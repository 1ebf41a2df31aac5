package dev.echo.demo;

import dev.echo.Echo;
import dev.echo.EchoClient;
import dev.echo.EchoServer;
import dev.echo.Endpoint;
import dev.echo.Message;
import dev.echo.MessageTooLargeException;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** The client's side: it sends each line of the input and prints what comes back. */
record DemoClient(Options options, Console console) {

  /** Runs a client of a server of this process, which is to end with it. */
  void runWith(CompletableFuture<EchoServer> bound) {
    EchoServer server = bound.join();
    if (server == null) {
      return; // The server's thread has said why
    }
    try {
      run(server.endpoint());
    } finally {
      server.shutdown();
    }
  }

  /** Runs a client until the quit word, the end of the input, or that of the connection. */
  void run(Endpoint endpoint) {
    try (EchoClient client = connect(endpoint)) {
      talk(client);
    } catch (IOException e) {
      console.fail(Advice.onConnect(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void talk(EchoClient client) throws IOException, InterruptedException {
    console.hint("Type a line to send it, " + options.quitWord() + " to end.");
    LineReader lines = new LineReader(console.in(), options.bufferSize());
    Message line;
    do {
      line = next(lines);
    } while (line != null && echo(client, line));
    if (line == null) {
      console.hint(""); // At a terminal, the end of the input does not end the line of the prompt
    }
  }

  private EchoClient connect(Endpoint endpoint) throws IOException {
    EchoClient.Builder builder = EchoClient.builder()
        .quitWhen(options.quit())
        .framing(options.framing())
        .maxMessageSize(options.maxReplySize());
    if (options.tls() != null) {
      options.tls().secure(builder);
    }
    return builder.connect(endpoint);
  }

  /** Returns the next line that is not too long, or null at the end of the input. */
  private Message next(LineReader lines) throws IOException {
    while (true) {
      console.prompt();
      try {
        return lines.next();
      } catch (MessageTooLargeException e) {
        console.fail(Advice.onLine(e));
      } catch (IOException e) {
        throw new IOException("Standard input: " + e.getMessage(), e);
      }
    }
  }

  /** Sends a line, prints its echo or its failure, and returns whether to go on. */
  private boolean echo(EchoClient client, Message line) throws IOException, InterruptedException {
    Echo echo = null;
    try {
      echo = client.send(line);
    } catch (IOException | IllegalArgumentException e) {
      console.fail(Advice.onEcho(e, client.endpoint()));
    }
    if (echo != null && !echo.quit()) {
      console.print(echo);
    }
    boolean quit = options.quit().test(line, client.endpoint()); // answered or not
    return client.isOpen() && !quit;
  }
}

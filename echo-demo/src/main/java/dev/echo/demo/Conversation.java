package dev.echo.demo;

import dev.echo.Echo;
import dev.echo.EchoClient;
import dev.echo.Message;
import dev.echo.MessageTooLargeException;
import dev.echo.Peer;
import dev.echo.demo.InputThread.Line;
import java.io.IOException;

/**
 * Sends the lines of the input and prints their echoes. Ends at the quit word, at the end of the
 * input, or when the server ends.
 */
final class Conversation {

  /** How often to look for the end of the server while waiting for a line. */
  private static final long POLL_MILLIS = 100;

  /** How long to look, after the end, whether there is a line that was not sent. */
  private static final long LAST_LOOK_MILLIS = 1_000;

  private static final String SERVER_ENDED = "The server has ended";

  private final Options options;
  private final Console console;
  private final EchoClient client;
  private final DemoServer server;
  private final InputThread input;
  private boolean endReported;

  /**
   * @param server null if it is another process
   */
  Conversation(Options options, Console console, EchoClient client, DemoServer server) {
    this.options = options;
    this.console = console;
    this.client = client;
    this.server = server;
    this.input = new InputThread(console.in(), options.bufferSize());
  }

  void run() throws IOException, InterruptedException {
    console.hint("Type a line to send it, " + options.quitWord() + " to end.");
    input.start();
    try {
      Line line = next();
      while (line != null && echo(line)) {
        line = line.last() ? null : next();
      }
    } finally {
      input.interrupt();
    }
  }

  /** Returns the next line that is not too long, or null at the end of the input or the server. */
  private Line next() throws IOException, InterruptedException {
    while (true) {
      Line line = await();
      if (line == null) {
        reportEnd();
        return null;
      } else if (line.isEnd()) {
        console.hint(""); // Ctrl-D leaves the cursor behind the prompt
        return null;
      } else if (serverHasEnded()) {
        console.fail(end() + "; line " + line.number() + " and those after it were not sent");
        return null;
      } else if (line.message() != null) {
        return line;
      }
      reportFailure(line);
    }
  }

  /** Waits for a line, and returns null if the server ends first. */
  private Line await() throws IOException, InterruptedException {
    if (serverHasEnded()) {
      return input.poll(LAST_LOOK_MILLIS);
    }
    console.prompt();
    Line line = input.poll(POLL_MILLIS);
    while (line == null && !serverHasEnded()) {
      line = input.poll(POLL_MILLIS);
    }
    if (line == null) {
      console.hint(""); // the prompt's line
    }
    return line;
  }

  private boolean serverHasEnded() {
    return !client.isOpen() || server != null && server.hasEnded();
  }

  /** If another client has sent the quit word, the end is no failure. */
  private void reportEnd() throws InterruptedException {
    if (server != null && server.endsOnPurpose()) {
      console.warn(SERVER_ENDED, SERVER_ENDED);
    } else if (!endReported && (server == null || !server.hasEnded())) { // or its thread reports it
      console.fail(end());
    }
  }

  private String end() throws InterruptedException {
    if (client.isOpen() || server != null && server.endsOnPurpose()) {
      return SERVER_ENDED;
    }
    try { // A client that has closed itself sends nothing, but says why
      client.send(Message.empty());
      return SERVER_ENDED;
    } catch (IOException e) {
      return options.advice().onEnd(e.getCause() == null ? e : e.getCause());
    }
  }

  private void reportFailure(Line line) throws IOException {
    Throwable failure = line.failure();
    if (failure instanceof MessageTooLargeException e) {
      console.fail("Line " + line.number() + ": " + options.advice().onLine(e));
    } else if (failure instanceof Error e) {
      throw e;
    } else {
      throw new IOException("Standard input: " + Failures.text(failure), failure);
    }
  }

  /** Gives no advice if there are faults: it is what was asked for. */
  private String failure(Line line, Exception e) {
    Advice advice = options.advice();
    boolean isAskedFor = server != null && server.hasFaults();
    String text = isAskedFor ? advice.text(e) : advice.onEcho(e, client.endpoint());
    return "Line " + line.number() + ": " + text;
  }

  /** Sends a line, prints its echo or its failure, and returns whether to go on. */
  private boolean echo(Line line) throws IOException, InterruptedException {
    if (line.last()) {
      console.hint(""); // after a line without Enter
    }
    Echo echo = null;
    try {
      echo = client.send(line.message());
    } catch (IOException | IllegalArgumentException e) {
      console.fail(failure(line, e));
      endReported = !client.isOpen();
    }
    if (echo != null && echo.quit()) {
      return false;
    } else if (echo != null) {
      console.print(echo);
    }
    Peer peer = Peer.of(client.endpoint());
    return !options.quit().test(line.message(), peer); // even without a reply
  }
}

package dev.echo.demo;

import dev.echo.Echo;
import dev.echo.EchoClient;
import dev.echo.Message;
import dev.echo.MessageTooLargeException;
import dev.echo.demo.InputThread.Line;
import java.io.IOException;

/**
 * Lines of the input and their echoes, until the quit word, the end of the input, or that of the
 * server.
 */
final class Conversation {

  /** How soon the end of the server shows while no line comes. */
  private static final long LOOK_MILLIS = 100;

  private static final String SERVER_ENDED = "The server has ended";

  private final Options options;
  private final Console console;
  private final EchoClient client;
  private final DemoServer server;
  private final InputThread input;
  private boolean endIsTold;

  /**
   * @param server null if it is not of this process
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

  /** Returns the next line that is not too long, or null if there is none, or no use for one. */
  private Line next() throws IOException, InterruptedException {
    while (true) {
      Line line = await();
      if (line == null) {
        tellEnd();
        return null;
      } else if (line.isEnd()) {
        console.hint(""); // At a terminal, the end of the input does not end the line of the prompt
        return null;
      } else if (serverHasEnded()) {
        console.fail(end() + "; line " + line.number() + " and what follows was not sent");
        return null;
      } else if (line.message() != null) {
        return line;
      }
      tellFailure(line.failure());
    }
  }

  /** Waits for a line, and returns null if the server ends before. */
  private Line await() throws IOException, InterruptedException {
    if (serverHasEnded()) {
      return input.poll(LOOK_MILLIS);
    }
    console.prompt();
    Line line = input.poll(LOOK_MILLIS);
    while (line == null && !serverHasEnded()) {
      line = input.poll(LOOK_MILLIS);
    }
    if (line == null) {
      console.hint(""); // What is told next must not stand behind the prompt
    }
    return line;
  }

  private boolean serverHasEnded() {
    return !client.isOpen() || server != null && server.hasEnded();
  }

  /** An end on purpose is as good as one by the quit word of this client. */
  private void tellEnd() throws InterruptedException {
    if (server != null && server.endsOnPurpose()) {
      console.warn(SERVER_ENDED, SERVER_ENDED);
    } else if (!endIsTold && (server == null || !server.hasEnded())) { // or its thread tells it
      console.fail(end());
    }
  }

  private String end() throws InterruptedException {
    if (client.isOpen() || server != null && server.endsOnPurpose()) {
      return SERVER_ENDED;
    }
    try { // A client that has closed itself sends nothing, and says why
      client.send(Message.empty());
      return SERVER_ENDED;
    } catch (IOException e) {
      return options.advice().onEnd(e.getCause() == null ? e : e.getCause());
    }
  }

  private void tellFailure(Throwable failure) throws IOException {
    if (failure instanceof MessageTooLargeException e) {
      console.fail(options.advice().onLine(e));
    } else if (failure instanceof Error e) {
      throw e;
    } else {
      throw new IOException("Standard input: " + Failures.text(failure), failure);
    }
  }

  /** Sends a line, prints its echo or its failure, and returns whether to go on. */
  private boolean echo(Line line) throws IOException, InterruptedException {
    if (line.last()) {
      console.hint(""); // nobody has typed Enter
    }
    Echo echo = null;
    try {
      echo = client.send(line.message());
    } catch (IOException | IllegalArgumentException e) {
      console.fail(options.advice().onEcho(e, client.endpoint()));
      endIsTold = !client.isOpen();
    }
    if (echo != null && echo.quit()) {
      return false;
    } else if (echo != null) {
      console.print(echo);
    }
    return !options.quit().test(line.message(), client.endpoint()); // answered or not
  }
}

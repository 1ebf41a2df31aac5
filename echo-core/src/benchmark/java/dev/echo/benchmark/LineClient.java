package dev.echo.benchmark;

import java.io.Closeable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A client under test: it sends a line and returns the line that comes back. */
interface LineClient extends Closeable {

  /** As long as EchoClient waits by default. */
  int TIMEOUT_SECONDS = 5;

  String echo(String line) throws Exception;

  /** A client that can have several lines in flight. */
  interface Pipelined extends LineClient {

    CompletableFuture<String> send(String line);

    @Override
    default String echo(String line) throws Exception {
      return send(line).get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }
  }
}

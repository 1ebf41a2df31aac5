package dev.echo.internal.client;

import dev.echo.EchoTimeoutException;
import dev.echo.Endpoint;
import dev.echo.Message;
import dev.echo.MessageTooLargeException;
import dev.echo.internal.IoErrors;
import dev.echo.internal.Settings;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import javax.net.ssl.SSLException;

/** What a client fails with, in words. */
final class ClientErrors {

  private final Endpoint endpoint;
  private final Duration timeout;

  /** What is told when there is no memory to tell more. */
  private final IOException outOfMemory;

  ClientErrors(Endpoint endpoint, Duration timeout) {
    this.endpoint = endpoint;
    this.timeout = timeout;
    this.outOfMemory = new IOException("The client of " + endpoint + " is out of memory");
  }

  EchoTimeoutException timedOut() {
    return new EchoTimeoutException(
        "No reply from " + endpoint + " within " + Settings.text(timeout));
  }

  /**
   * The failure of a message that has not left the client.
   *
   * @param ahead how many messages it waited behind
   */
  EchoTimeoutException notSent(int ahead) {
    return new EchoTimeoutException("The message to " + endpoint + " was not sent within "
        + Settings.text(timeout) + ", behind " + ahead + (ahead == 1 ? " other" : " others"));
  }

  /** The failure of a future whose sender was interrupted, and still is. */
  IOException interrupted() {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("Interrupted while sending to " + endpoint);
  }

  MessageTooLargeException tooLarge(long size, int limit) {
    return IoErrors.tooLarge(endpoint, size, limit);
  }

  /** What came is no reply. */
  IOException unasked(String what, Message received) {
    return new IOException("Received from " + endpoint + " " + what + ": " + received);
  }

  /**
   * The peer has closed.
   *
   * @param cutAfter how many bytes of a reply had come, or 0
   */
  EOFException closedByServer(int cutAfter) {
    String cut = cutAfter == 0 ? "" : ", and a reply cut after " + cutAfter + " bytes";
    return new EOFException("The connection to " + endpoint + " was closed by the peer" + cut);
  }

  SSLException refused() {
    return new SSLException("The server at " + endpoint + " wants TLS");
  }

  /** The failure of whoever comes after the end. */
  IOException closedBecause(IOException reason) {
    String message = closed(null).getMessage() + ": " + reason.getMessage();
    return new IOException(message, reason);
  }

  // What ends a client is made of these, which never fail themselves.

  IOException closed(Throwable reason) {
    try {
      return new IOException("The client of " + endpoint + " is closed", reason);
    } catch (OutOfMemoryError e) {
      return outOfMemory;
    }
  }

  IOException failed(Throwable cause) {
    try {
      return new IOException("The client of " + endpoint + " failed", cause);
    } catch (OutOfMemoryError e) {
      return outOfMemory;
    }
  }

  IOException named(String operation, IOException cause) {
    try {
      return IoErrors.named(operation, endpoint, cause);
    } catch (OutOfMemoryError e) {
      return cause;
    }
  }
}

package dev.echo.internal;

import dev.echo.Endpoint;
import dev.echo.MessageTooLargeException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.ProtocolException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

/** The JDK's errors with the operation and the endpoint that they lack. */
public final class IoErrors {

  private IoErrors() {}

  /** Returns an exception of the same type that says what was done and where. */
  public static IOException named(String operation, Endpoint endpoint, Exception cause) {
    String reason = reason(cause);
    String message = operation + " " + endpoint + ": " + reason;
    IOException named = sameType(message, cause);
    if (named.getCause() == null) {
      named.initCause(cause);
    }
    return named;
  }

  /**
   * Joins the failures of several attempts in turn.
   *
   * @param first null before the first
   */
  public static IOException joined(IOException first, IOException next) {
    if (first == null) {
      return next;
    }
    first.addSuppressed(next);
    return first;
  }

  public static ConnectException connectedToItself() {
    return new ConnectException("connected to itself, as nobody is listening there");
  }

  private static String reason(Exception cause) {
    if (cause instanceof UnknownHostException || cause instanceof UnresolvedAddressException) {
      return "unknown host";
    }
    if (cause instanceof PortUnreachableException) {
      return "nobody is listening there";
    }
    if (cause instanceof SSLException e) {
      return TlsFailures.reason(e);
    }
    if (cause instanceof FileSystemException e) {
      return e.getFile() + ": " + fileReason(e);
    }
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }

  /** The message of most of these is a path and no more. */
  private static String fileReason(FileSystemException cause) {
    if (cause.getReason() != null) {
      return cause.getReason();
    } else if (cause instanceof NoSuchFileException) {
      return "no such file or directory";
    } else if (cause instanceof AccessDeniedException) {
      return "permission denied";
    } else if (cause instanceof FileAlreadyExistsException) {
      return "exists already";
    } else if (cause instanceof NotDirectoryException) {
      return "is no directory";
    }
    return cause.getClass().getSimpleName();
  }

  private static IOException sameType(String message, Exception cause) {
    if (cause instanceof UnknownHostException || cause instanceof UnresolvedAddressException) {
      return new UnknownHostException(message);
    } else if (cause instanceof BindException) {
      return new BindException(message);
    } else if (cause instanceof ConnectException) {
      return new ConnectException(message);
    } else if (cause instanceof NoRouteToHostException) {
      return new NoRouteToHostException(message);
    } else if (cause instanceof PortUnreachableException) {
      return new PortUnreachableException(message);
    } else if (cause instanceof SocketTimeoutException) {
      return new SocketTimeoutException(message);
    } else if (cause instanceof InterruptedIOException) {
      return new InterruptedIOException(message);
    } else if (cause instanceof ProtocolException) {
      return new ProtocolException(message);
    } else if (cause instanceof SocketException) {
      return new SocketException(message);
    } else if (cause instanceof SSLHandshakeException) {
      return new SSLHandshakeException(message);
    } else if (cause instanceof SSLException) {
      return new SSLException(message);
    }
    return new IOException(message);
  }

  public static MessageTooLargeException tooLarge(Endpoint from, long size, int limit) {
    return new MessageTooLargeException(
        "Message from " + from + " has at least " + size + " bytes, the limit is " + limit,
        size,
        limit);
  }

  public static MessageTooLargeException tooLargeToSend(Endpoint to, int size, int limit) {
    return new MessageTooLargeException(
        "Message to " + to + " has " + size + " bytes, the limit is " + limit, size, limit);
  }
}

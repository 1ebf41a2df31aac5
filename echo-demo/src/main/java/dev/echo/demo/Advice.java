package dev.echo.demo;

import dev.echo.EchoTimeoutException;
import dev.echo.Endpoint;
import dev.echo.MessageTooLargeException;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

/** Failures in one line each: what failed, and what to do about it. */
final class Advice {

  private static final String UNKNOWN_HOST = "correct the name or give an address";

  private Advice() {}

  static String onStart(Exception failure, Endpoint endpoint) {
    if (failure instanceof UnknownHostException) {
      return join(failure, UNKNOWN_HOST);
    } else if (!(failure instanceof SocketException)) {
      return join(failure, null);
    } else if (!(endpoint instanceof Endpoint.Unix unix)) {
      return join(failure, "choose an address of this machine and a free port above 1023, or 0");
    } else if (Files.exists(unix.path(), LinkOption.NOFOLLOW_LINKS)) {
      return join(failure, null); // The library knows best what to do about a file in the way
    }
    return join(failure, "choose another path, in a directory that you may write to");
  }

  static String onConnect(Exception failure) {
    if (failure instanceof UnknownHostException) {
      return join(failure, UNKNOWN_HOST);
    } else if (failure instanceof SocketTimeoutException) {
      return join(failure, "correct the endpoint or look for a firewall on the way");
    } else if (failure instanceof SocketException) {
      return join(failure, "start a server there or correct the endpoint");
    } else if (isOfCertificate(failure)) {
      return join(failure, "if it is the right one, trust it by --fingerprint or --truststore");
    }
    return join(failure, null);
  }

  private static boolean isOfCertificate(Throwable failure) {
    return failure != null
        && (failure instanceof CertificateException || isOfCertificate(failure.getCause()));
  }

  static String onLine(MessageTooLargeException failure) {
    return join(failure, "shorten it or raise --buffer-size");
  }

  static String onEcho(Exception failure, Endpoint endpoint) {
    if (failure instanceof PortUnreachableException) {
      return "Nobody listens on " + endpoint + "; start a server there or correct the endpoint";
    } else if (failure instanceof MessageTooLargeException) {
      return join(failure, "shorten the line or raise --buffer-size");
    } else if (failure instanceof EchoTimeoutException) {
      return join(failure, "see whether a server with the same --framing runs there");
    } else if (failure instanceof IllegalArgumentException) {
      return join(failure, "use --framing=length-prefixed on both sides");
    } else if (failure instanceof SSLHandshakeException) {
      return join(failure, "show one that is trusted there by --keystore");
    } else if (failure instanceof SSLException && failure.getMessage().endsWith("wants TLS")) {
      return join(failure, "use tls://HOST:PORT");
    }
    return join(failure, "see whether the server has ended or has a smaller --buffer-size");
  }

  private static String join(Exception failure, String advice) {
    return advice == null ? failure.getMessage() : failure.getMessage() + "; " + advice;
  }
}

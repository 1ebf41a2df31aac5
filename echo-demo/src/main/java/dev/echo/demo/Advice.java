package dev.echo.demo;

import dev.echo.EchoTimeoutException;
import dev.echo.Endpoint;
import dev.echo.MessageTooLargeException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

/**
 * One-line descriptions of failures: what failed, and what to do about it.
 *
 * @param endpoint the server's
 */
record Advice(DemoEndpoint endpoint) {

  private static final String UNKNOWN_HOST = "correct the name or give an address";

  String onStart(Exception failure) {
    if (failure instanceof UnknownHostException) {
      return join(failure, UNKNOWN_HOST);
    } else if (!(failure instanceof SocketException)) {
      return text(failure);
    } else if (!(endpoint.endpoint() instanceof Endpoint.Unix unix)) {
      return join(failure, "choose an address of this machine and a free port above 1023, or 0");
    } else if (Files.exists(unix.path(), LinkOption.NOFOLLOW_LINKS)) {
      return text(failure); // The library says itself what to do about an existing file
    }
    return join(failure, "choose another path, in a directory that you may write to");
  }

  String onConnect(Exception failure) {
    if (failure instanceof UnknownHostException) {
      return join(failure, UNKNOWN_HOST);
    } else if (failure instanceof SocketTimeoutException) {
      return join(failure, "correct the endpoint or look for a firewall on the way");
    } else if (failure instanceof ConnectException
        || failure instanceof NoRouteToHostException
        || failure instanceof SocketException && endpoint.endpoint() instanceof Endpoint.Unix) {
      return join(failure, "start a server there or correct the endpoint");
    } else if (isCausedByCertificate(failure)) {
      return join(
          failure, "if it is the right server, trust it with --fingerprint or --truststore");
    }
    return text(failure);
  }

  private static boolean isCausedByCertificate(Throwable failure) {
    return failure != null
        && (failure instanceof CertificateException || isCausedByCertificate(failure.getCause()));
  }

  String onLine(MessageTooLargeException failure) {
    return join(failure, "shorten it or raise --buffer-size");
  }

  String onEcho(Exception failure, Endpoint server) {
    if (failure instanceof PortUnreachableException) {
      return "Nothing listens on " + server + "; start a server there or correct the endpoint";
    } else if (failure instanceof MessageTooLargeException) {
      return join(failure, "shorten the line or raise --buffer-size");
    } else if (failure instanceof EchoTimeoutException) {
      String framing = server instanceof Endpoint.Udp ? "" : " with the same --framing";
      return join(failure, "check that a server" + framing + " runs there");
    } else if (failure instanceof IllegalArgumentException) {
      return join(failure, "use --framing=length-prefixed for server and client");
    } else if (failure instanceof SSLHandshakeException) {
      return join(failure, "present one that the server trusts, with --keystore");
    } else if (failure instanceof SSLException && !endpoint.tls()) { // the server wants TLS
      return join(failure, "use tls://HOST:PORT");
    }
    return join(failure, "check whether the server has ended or has a smaller --buffer-size");
  }

  /** Says that nothing came back. */
  String onSilence() {
    return "No reply from " + endpoint + "; start a server there or correct the endpoint";
  }

  /** Says that what came back was something else. */
  String onForeignReplies() {
    return "No intact reply from " + endpoint
        + "; check that it sends back what it gets, with the same --framing";
  }

  /** Describes why the connection ended while idle, for example on a rejected certificate. */
  String onEnd(Throwable reason) {
    return reason instanceof SSLException e ? onEcho(e, endpoint.endpoint()) : text(reason);
  }

  private String join(Exception failure, String advice) {
    return text(failure) + "; " + advice;
  }

  /** Replaces the scheme, as the library has no tls:// endpoints. */
  String text(Throwable failure) {
    String text = Failures.text(failure);
    return endpoint.tls() ? text.replace("tcp://", "tls://") : text;
  }
}

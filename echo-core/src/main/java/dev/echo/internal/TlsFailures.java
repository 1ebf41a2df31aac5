package dev.echo.internal;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import javax.net.ssl.SSLException;

/** Says what the JDK's failures of TLS mean. */
final class TlsFailures {

  private static final String ALERT = "Received fatal alert: ";

  private TlsFailures() {}

  static String reason(SSLException failure) {
    Throwable root = failure;
    while (root.getCause() != null && !(root instanceof CertPathBuilderException)) {
      root = root.getCause();
    }
    // Newer JDKs begin with the alert that is sent, in brackets.
    String message = String.valueOf(failure.getMessage()).replaceFirst("^\\([a-z_]+\\) ", "");
    if (root instanceof CertificateExpiredException) {
      return "the peer's certificate has expired (" + root.getMessage() + ")";
    } else if (root instanceof CertificateNotYetValidException) {
      return "the peer's certificate is not valid yet (" + root.getMessage() + ")";
    } else if (root instanceof CertPathBuilderException) {
      return "the peer's certificate is not trusted (" + root.getMessage() + ")";
    } else if (root instanceof CertificateException) {
      return "the peer's certificate is refused (" + root.getMessage() + ")";
    } else if (message.startsWith(ALERT)) {
      String alert = message.substring(ALERT.length());
      return meaning(alert) + " (alert " + alert + ")";
    } else if (message.startsWith("Unexpected handshake message: client_hello")) {
      return "the peer sends back what it receives, and wants no TLS";
    } else if (message.equals("Unhandled exception")) {
      return "a key or trust manager failed (" + root + ")";
    } else if (message.equals("Empty client certificate chain")) {
      return "the peer has shown no certificate";
    }
    return message;
  }

  /** The meaning of an alert (RFC 8446, section 6.2). */
  private static String meaning(String alert) {
    return switch (alert) {
      case "bad_certificate", "certificate_required" ->
        "the peer wants a certificate, and was shown none that it takes";
      case "certificate_expired" -> "the peer finds the certificate expired";
      case "certificate_revoked" -> "the peer finds the certificate revoked";
      case "certificate_unknown", "unknown_ca", "unsupported_certificate" ->
        "the peer refuses the certificate that it was shown";
      case "handshake_failure" ->
        "the peer finds no cipher suite in common, or no certificate that it takes";
      case "protocol_version" -> "no protocol version in common with the peer";
      case "unrecognized_name" -> "the peer is not who it was taken for";
      default -> "the peer gave up";
    };
  }
}

package dev.echo.demo;

import java.net.Socket;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** The SHA-256 digest of a certificate, which identifies it. */
final class Fingerprint {

  private static final String DIGITS = "\\p{XDigit}{2}(:?\\p{XDigit}{2}){31}";

  private final byte[] digest;

  private Fingerprint(byte[] digest) {
    this.digest = digest;
  }

  static Fingerprint of(Certificate certificate) throws CertificateEncodingException {
    try {
      return new Fingerprint(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e); // every JDK has it
    }
  }

  static Fingerprint parse(String text) {
    if (!text.matches(DIGITS)) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not 64 hexadecimal digits, with or without colons");
    }
    return new Fingerprint(HexFormat.of().parseHex(text.replace(":", "")));
  }

  private boolean matches(Fingerprint other) {
    return MessageDigest.isEqual(digest, other.digest);
  }

  /** Returns a trust manager that accepts this certificate alone, whatever it contains. */
  TrustManager trustManager() {
    return new PinnedTrustManager(this);
  }

  @Override
  public String toString() {
    return HexFormat.ofDelimiter(":").withUpperCase().formatHex(digest);
  }

  /** Extended, as the JDK adds checks of its own to others, such as the host name. */
  private static final class PinnedTrustManager extends X509ExtendedTrustManager {

    private final Fingerprint trusted;

    PinnedTrustManager(Fingerprint trusted) {
      this.trusted = trusted;
    }

    private void check(X509Certificate[] chain) throws CertificateException {
      Fingerprint presented = Fingerprint.of(chain[0]);
      if (!presented.matches(trusted)) {
        throw new CertificateException("its fingerprint is " + presented);
      }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      check(chain);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}

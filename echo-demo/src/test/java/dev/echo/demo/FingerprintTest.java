package dev.echo.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FingerprintTest {

  private static final String SHA_256_OF_ABC = "BA:78:16:BF:8F:01:CF:EA:41:41:40:DE:5D:AE:22:23"
      + ":B0:03:61:A3:96:17:7A:9C:B4:10:FF:61:F2:00:15:AD";

  private final X509Certificate certificate = mock(X509Certificate.class);

  @BeforeEach
  void encode() throws Exception {
    when(certificate.getEncoded()).thenReturn("abc".getBytes());
  }

  @Test
  void isTheDigestOfTheCertificate() throws Exception {
    assertEquals(SHA_256_OF_ABC, Fingerprint.of(certificate).toString());
  }

  @Test
  void trustsOnlyTheCertificateWithAllItsBytes() throws Exception {
    check(SHA_256_OF_ABC);

    for (int i = 0; i < 32; i++) {
      byte[] other = HexFormat.ofDelimiter(":").parseHex(SHA_256_OF_ABC);
      other[i] ^= 1;
      String digits = HexFormat.of().formatHex(other);
      assertThrows(CertificateException.class, () -> check(digits), "byte " + i);
    }
  }

  private void check(String trusted) throws CertificateException {
    X509TrustManager manager = (X509TrustManager) Fingerprint.parse(trusted).trustManager();
    manager.checkServerTrusted(new X509Certificate[] {certificate}, "ECDHE_ECDSA");
  }
}

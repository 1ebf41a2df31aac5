package dev.echo;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** What a server shows whose key and certificates {@link Certificates#writePem} has written. */
final class PemContext {

  private static final Pattern PART = Pattern.compile("BEGIN [^-]+-----([^-]+)-----END");

  private PemContext() {}

  static SSLContext read(Path file) throws IOException, GeneralSecurityException {
    List<byte[]> parts = PART.matcher(Files.readString(file))
        .results()
        .map((MatchResult part) -> Base64.getMimeDecoder().decode(part.group(1)))
        .toList();
    PrivateKey key =
        KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(parts.get(0)));
    List<Certificate> chain = new ArrayList<>();
    for (byte[] part : parts.subList(1, parts.size())) {
      chain.add(CertificateFactory.getInstance("X.509")
          .generateCertificate(new ByteArrayInputStream(part)));
    }
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    char[] password = {};
    store.setKeyEntry("server", key, password, chain.toArray(Certificate[]::new));
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, password);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }
}

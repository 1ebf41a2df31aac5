package dev.echo.demo;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import okhttp3.tls.HeldCertificate;

/** Key stores and trust stores, and files with passwords. */
record Stores(Path directory) {

  static final String PASSWORD = "changeit";

  private static final List<String> HERE = List.of("localhost", "127.0.0.1");
  private static final HeldCertificate AUTHORITY = new HeldCertificate.Builder()
      .commonName("authority")
      .certificateAuthority(0)
      .build();
  private static final Map<String, HeldCertificate> KEYS = Map.of(
      "server", signed("server", HERE),
      "client", signed("client", List.of()),
      "elsewhere", signed("elsewhere", List.of("elsewhere.example")));

  private static HeldCertificate signed(String name, List<String> hosts) {
    HeldCertificate.Builder builder =
        new HeldCertificate.Builder().commonName(name).signedBy(AUTHORITY);
    hosts.forEach(builder::addSubjectAlternativeName);
    return builder.build();
  }

  /** Creates server.p12, client.p12, elsewhere.p12, all.p12, trust.p12, trust.jks, passwords. */
  static Stores create(Path directory) throws Exception {
    Stores stores = new Stores(directory);
    stores.saveKeys("all.p12", KEYS.keySet());
    for (String name : KEYS.keySet()) {
      stores.saveKeys(name + ".p12", Set.of(name));
    }
    stores.saveTrust("PKCS12", "trust.p12");
    stores.saveTrust("JKS", "trust.jks");
    Files.writeString(directory.resolve("right"), PASSWORD + "\nanother line\n");
    Files.writeString(directory.resolve("edited"), "\uFEFF" + PASSWORD + "\r\n");
    Files.writeString(directory.resolve("wrong"), "guessed");
    Files.createFile(directory.resolve("empty"));
    return stores;
  }

  /** Returns the words of a command line, with names of files completed to paths. */
  String[] commandLine(String words) {
    return Stream.of(words.split(" "))
        .map(word -> word.replace("=@", "=" + directory + "/"))
        .toArray(String[]::new);
  }

  String fingerprint(String name) throws Exception {
    byte[] encoded = KEYS.get(name).certificate().getEncoded();
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(encoded);
    return HexFormat.ofDelimiter(":").withUpperCase().formatHex(digest);
  }

  private void saveKeys(String file, Set<String> names) throws Exception {
    KeyStore store = empty("PKCS12");
    for (String name : names) {
      HeldCertificate held = KEYS.get(name);
      store.setKeyEntry(
          name, held.keyPair().getPrivate(), PASSWORD.toCharArray(), new Certificate[] {
            held.certificate(), AUTHORITY.certificate()
          });
    }
    save(store, file);
  }

  private void saveTrust(String type, String file) throws Exception {
    KeyStore store = empty(type);
    store.setCertificateEntry("authority", AUTHORITY.certificate());
    save(store, file);
  }

  private static KeyStore empty(String type) throws Exception {
    KeyStore store = KeyStore.getInstance(type);
    store.load(null, null);
    return store;
  }

  private void save(KeyStore store, String file) throws Exception {
    try (OutputStream out = Files.newOutputStream(directory.resolve(file))) {
      store.store(out, PASSWORD.toCharArray());
    }
  }
}

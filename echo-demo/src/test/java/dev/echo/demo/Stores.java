package dev.echo.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Key stores and trust stores, created by the JDK's keytool, and files with passwords. */
record Stores(Path directory) {

  static final String PASSWORD = "changeit";

  /** Creates server.p12, client.p12, elsewhere.p12, all.p12, trust.p12, trust.jks, passwords. */
  static Stores create(Path directory) throws Exception {
    Stores stores = new Stores(directory);
    stores.createKey("authority", "-ext bc:c");
    stores.createKey("server", "-signer authority -ext san=dns:localhost,ip:127.0.0.1");
    stores.createKey("client", "-signer authority");
    stores.createKey("elsewhere", "-signer authority -ext san=dns:elsewhere.example");
    KeyStore all =
        KeyStore.getInstance(directory.resolve("all.p12").toFile(), PASSWORD.toCharArray());
    for (String name : List.of("server", "client", "elsewhere")) {
      stores.saveKey(all, name);
    }
    stores.saveTrust(all, "PKCS12", "trust.p12");
    stores.saveTrust(all, "JKS", "trust.jks");
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
    String listed = keytool("-list", "-alias", name, "-keystore", file("all.p12"));
    Matcher digits = Pattern.compile("(\\p{XDigit}{2}:){31}\\p{XDigit}{2}").matcher(listed);
    return digits.results().findFirst().orElseThrow().group();
  }

  private void createKey(String name, String options) throws Exception {
    List<String> command = new ArrayList<>(List.of("-genkeypair", "-keyalg", "EC"));
    command.addAll(List.of("-alias", name, "-dname", "CN=" + name));
    command.addAll(List.of("-keystore", file("all.p12")));
    command.addAll(List.of(options.split(" ")));
    keytool(command.toArray(String[]::new));
  }

  private static String keytool(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(List.of("-storepass", PASSWORD));
    Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(keytool.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, keytool.waitFor(), output);
    return output;
  }

  private void saveKey(KeyStore all, String name) throws Exception {
    KeyStore store = empty("PKCS12");
    KeyStore.ProtectionParameter password = new KeyStore.PasswordProtection(PASSWORD.toCharArray());
    store.setEntry(name, all.getEntry(name, password), password);
    save(store, name + ".p12");
  }

  private void saveTrust(KeyStore all, String type, String file) throws Exception {
    KeyStore store = empty(type);
    store.setCertificateEntry("authority", all.getCertificate("authority"));
    save(store, file);
  }

  private static KeyStore empty(String type) throws Exception {
    KeyStore store = KeyStore.getInstance(type);
    store.load(null, null);
    return store;
  }

  private void save(KeyStore store, String file) throws Exception {
    try (OutputStream out = Files.newOutputStream(Path.of(file(file)))) {
      store.store(out, PASSWORD.toCharArray());
    }
  }

  private String file(String name) {
    return directory.resolve(name).toString();
  }
}

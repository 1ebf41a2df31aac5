package dev.echo.demo;

import dev.echo.Endpoint;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Creates keys with self-signed certificates, with the JDK's keytool. */
final class SelfSigned {

  private static final String PASSWORD = "ECHO_SELF_SIGNED_PASSWORD";

  /** Certificates can't have other names; the fingerprint still identifies the server. */
  private static final String NAME = "[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*";

  private static final String ADVICE = "provide one with --keystore";
  private static final long LIMIT_SECONDS = 30;
  private static final int MAX_OUTPUT = 65_536;

  private SelfSigned() {}

  /** Returns a new one for the host and this machine; leaves no file. */
  static Store create(Path javaHome, Endpoint.Tcp endpoint)
      throws IOException, InterruptedException {
    Path directory = createDirectory();
    Path keys = directory.resolve("keys.p12");
    for (Path file : List.of(directory, keys)) {
      file.toFile().deleteOnExit(); // if the process is ended meanwhile
    }
    try {
      String password = password();
      await(start(command(javaHome, endpoint, keys), password), endpoint);
      return Store.load("Certificate", keys, password.toCharArray());
    } finally {
      Files.deleteIfExists(keys);
      Files.deleteIfExists(directory);
    }
  }

  private static Path createDirectory() throws IOException {
    try {
      return Files.createTempDirectory("echo-demo");
    } catch (IOException e) {
      throw new IOException(
          "Can't create a directory for the certificate: " + Failures.text(e) + "; " + ADVICE, e);
    }
  }

  private static String password() {
    byte[] bytes = new byte[16];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private static List<String> command(Path javaHome, Endpoint.Tcp endpoint, Path keys) {
    return List.of(
        javaHome.resolve("bin").resolve("keytool").toString(),
        "-J-XX:TieredStopAtLevel=1", // for so short a run
        "-J-XX:+UseSerialGC",
        "-J-Dkeystore.pkcs12.keyPbeIterationCount=1", // more hide no password of 128 bits better
        "-J-Dkeystore.pkcs12.certPbeIterationCount=1",
        "-J-Dkeystore.pkcs12.macIterationCount=1",
        "-genkeypair",
        "-keyalg",
        "EC",
        "-alias",
        "echo-demo",
        "-dname",
        "CN=echo-demo",
        "-validity",
        "365",
        "-ext",
        "san=" + String.join(",", names(endpoint)),
        "-storetype",
        "PKCS12",
        "-keystore",
        keys.toString(),
        "-storepass:env", // arguments are visible to all users
        PASSWORD);
  }

  private static Set<String> names(Endpoint.Tcp endpoint) {
    String host = endpoint.host();
    Set<String> names = new LinkedHashSet<>();
    if (host.indexOf(':') >= 0) {
      names.add("ip:" + host.replaceFirst("%.*", "")); // without the network interface
    } else if (!endpoint.address().isUnresolved()) {
      names.add("ip:" + host);
    } else if (host.matches(NAME)) {
      names.add("dns:" + host);
    }
    names.addAll(List.of("dns:localhost", "ip:127.0.0.1", "ip:::1"));
    return names;
  }

  private static Process start(List<String> command, String password) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put(PASSWORD, password);
    try {
      return builder.start();
    } catch (IOException e) {
      throw new IOException(
          "This JDK has no " + command.get(0) + " to create a certificate; " + ADVICE, e);
    }
  }

  private static void await(Process keytool, Endpoint.Tcp endpoint)
      throws IOException, InterruptedException {
    try {
      if (!keytool.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException("keytool created no certificate within " + LIMIT_SECONDS + " s");
      } else if (keytool.exitValue() != 0) {
        throw new IOException("keytool created no certificate for "
            + new DemoEndpoint(endpoint, true) + ": " + reason(keytool) + "; " + ADVICE);
      }
    } finally {
      keytool.destroyForcibly();
    }
  }

  /** Reads the pipe only now, as its buffer holds the few lines that keytool prints. */
  private static String reason(Process keytool) throws IOException {
    byte[] output = keytool.getInputStream().readNBytes(MAX_OUTPUT);
    String text = new String(output, Charset.defaultCharset()).strip();
    return text.substring(text.lastIndexOf(": ") + 1).strip(); // without names of exceptions
  }
}

package dev.echo.demo;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.UnrecoverableKeyException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** A key store or trust store from a file, PKCS12 or JKS. */
final class Store {

  private final String name;
  private final KeyStore content;
  private final char[] password;

  private Store(String name, KeyStore content, char[] password) {
    this.name = name;
    this.content = content;
    this.password = password;
  }

  /**
   * Reads a file.
   *
   * @param option the option that names the file, for error messages
   * @param password null to read only what needs none
   */
  static Store load(String option, Path file, char[] password) throws IOException {
    String name = option + " " + file;
    requireFile(name, file);
    try {
      return new Store(name, KeyStore.getInstance(file.toFile(), password), password);
    } catch (KeyStoreException e) {
      throw new IOException(name + " is neither PKCS12 nor JKS", e);
    } catch (IOException | GeneralSecurityException e) {
      boolean wrongPassword = e.getCause() instanceof UnrecoverableKeyException;
      String reason =
          wrongPassword ? " has a different password" : " can't be read: " + Failures.text(e);
      throw new IOException(name + reason, e);
    }
  }

  /** Rejects devices and pipes, which may never end. */
  private static void requireFile(String name, Path file) throws IOException {
    boolean regular;
    try {
      regular = Files.readAttributes(file, BasicFileAttributes.class).isRegularFile();
    } catch (FileSystemException e) {
      throw new IOException(name + ": " + Failures.reason(e), e);
    }
    if (!regular) {
      throw new IOException(name + " is not a regular file");
    }
  }

  boolean hasPassword() {
    return password != null;
  }

  /** Returns the fingerprint of the private key's certificate. */
  Fingerprint fingerprint() throws IOException {
    try {
      return Fingerprint.of(content.getCertificate(key()));
    } catch (GeneralSecurityException e) {
      throw unusable(e);
    }
  }

  /** Returns key managers that present the private key's certificate. */
  KeyManager[] keyManagers() throws IOException {
    try {
      key();
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(content, password);
      return factory.getKeyManagers();
    } catch (UnrecoverableKeyException e) {
      throw new IOException(name + " has a different password for its private key", e);
    } catch (GeneralSecurityException e) {
      throw unusable(e);
    }
  }

  /** Returns the alias of the only private key. */
  private String key() throws IOException, GeneralSecurityException {
    List<String> keys = new ArrayList<>();
    for (String alias : Collections.list(content.aliases())) {
      if (content.entryInstanceOf(alias, KeyStore.PrivateKeyEntry.class)) {
        keys.add(alias);
      }
    }
    if (keys.size() != 1) {
      String count = keys.isEmpty() ? "no private key" : keys.size() + " private keys";
      throw new IOException(name + " has " + count + "; exactly one is needed");
    }
    return keys.get(0);
  }

  /** Returns trust managers for the certificates in it, and for those that they signed. */
  TrustManager[] trustManagers() throws IOException {
    try {
      if (content.size() == 0) {
        String missing = password == null ? " without its password" : "";
        throw new IOException(name + " shows no certificate" + missing);
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(content);
      return factory.getTrustManagers();
    } catch (GeneralSecurityException e) {
      throw unusable(e);
    }
  }

  private IOException unusable(GeneralSecurityException reason) {
    return new IOException(name + " can't be used: " + reason.getMessage(), reason);
  }
}

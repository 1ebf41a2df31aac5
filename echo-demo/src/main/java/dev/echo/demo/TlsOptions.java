package dev.echo.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.echo.Endpoint;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** TLS options of the server. */
class TlsOptions {

  static final String HEADING =
      "%nWith tls://HOST:PORT (default: a self-signed certificate, any client):%n";
  static final String CLIENT_HEADING =
      "%nWith tls://HOST:PORT (default: trusts the servers that the JDK trusts):%n";

  private static final String KEYSTORE_PASSWORD = "ECHO_KEYSTORE_PASSWORD";
  private static final String TRUSTSTORE_PASSWORD = "ECHO_TRUSTSTORE_PASSWORD";
  private static final int MAX_LINE = 8192;

  @Option(
      names = "--keystore",
      paramLabel = "FILE",
      description = "PKCS12 or JKS file with the private key and certificates to present.")
  Path keystore;

  @Option(
      names = "--keystore-password-file",
      paramLabel = "FILE",
      description =
          "File with the password in its first line (default: $" + KEYSTORE_PASSWORD + ").")
  Path keystorePasswordFile;

  @Option(
      names = "--truststore",
      paramLabel = "FILE",
      description = "PKCS12 or JKS file with the certificates to trust: only peers with one of"
          + " them, or one signed by them, are accepted.")
  Path truststore;

  @Option(
      names = "--truststore-password-file",
      paramLabel = "FILE",
      description =
          "File with the password in its first line (default: $" + TRUSTSTORE_PASSWORD + ").")
  Path truststorePasswordFile;

  /** TLS options of the client. */
  static final class ForClient extends TlsOptions {

    @Option(
        names = "--fingerprint",
        paramLabel = "SHA-256",
        converter = FingerprintConverter.class,
        description = "Trust only the server with this certificate, whatever its name.")
    Fingerprint fingerprint;

    Tls tls() throws IOException {
      if (fingerprint != null && truststore != null) {
        throw new IllegalArgumentException("--fingerprint and --truststore exclude each other");
      }
      return new Tls(keys(), trusted(), fingerprint);
    }
  }

  /** Returns the settings of a server at the endpoint and of its client in the same process. */
  Tls tls(Endpoint.Tcp endpoint) throws IOException, InterruptedException {
    Store trusted = trusted();
    Store keys = keys();
    if (keys == null) {
      keys = SelfSigned.create(Path.of(System.getProperty("java.home")), endpoint);
    }
    return new Tls(keys, trusted, keys.fingerprint());
  }

  final Store keys() throws IOException {
    Store store = store("--keystore", keystore, keystorePasswordFile, KEYSTORE_PASSWORD);
    if (store != null && !store.hasPassword()) {
      throw new IOException("--keystore " + keystore + " needs a password; set " + KEYSTORE_PASSWORD
          + " or --keystore-password-file");
    }
    return store;
  }

  final Store trusted() throws IOException {
    return store("--truststore", truststore, truststorePasswordFile, TRUSTSTORE_PASSWORD);
  }

  private static Store store(String option, Path file, Path passwordFile, String variable)
      throws IOException {
    if (file == null && passwordFile != null) {
      throw new IllegalArgumentException(option + "-password-file without " + option);
    } else if (file == null) {
      return null;
    }
    String fileOption = option + "-password-file " + passwordFile;
    String password =
        passwordFile == null ? System.getenv(variable) : firstLine(passwordFile, fileOption);
    return Store.load(option, file, password == null ? null : password.toCharArray());
  }

  /** Reads no more than one line of bounded length, as the file may be a pipe or a device. */
  private static String firstLine(Path file, String option) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), MAX_LINE)) {
      for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
        if (line.size() == MAX_LINE) {
          throw new IOException("its first line has more than " + MAX_LINE + " bytes");
        }
        line.write(next);
      }
      String text =
          UTF_8.newDecoder().decode(ByteBuffer.wrap(line.toByteArray())).toString();
      return text.replaceFirst("^\uFEFF", "").replaceFirst("\r$", ""); // of some editors
    } catch (CharacterCodingException e) {
      throw new IOException(option + " can't be read as text", e);
    } catch (FileSystemException e) {
      throw new IOException(option + ": " + Failures.reason(e), e);
    } catch (IOException e) {
      throw new IOException(option + ": " + Failures.text(e), e);
    }
  }

  private static final class FingerprintConverter implements ITypeConverter<Fingerprint> {
    @Override
    public Fingerprint convert(String value) {
      try {
        return Fingerprint.parse(value);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}

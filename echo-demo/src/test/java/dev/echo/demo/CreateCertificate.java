package dev.echo.demo;

import dev.echo.Endpoint;
import java.nio.file.Path;

/** Creates a certificate with the keytool of the Java home in its argument. */
final class CreateCertificate {

  private CreateCertificate() {}

  public static void main(String[] args) throws Exception {
    SelfSigned.create(Path.of(args[0]), Endpoint.tcp(0));
  }
}

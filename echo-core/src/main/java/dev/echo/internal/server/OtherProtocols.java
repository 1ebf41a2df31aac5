package dev.echo.internal.server;

import dev.echo.internal.ProxyHeader;
import dev.echo.internal.tls.TlsRecords;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLException;

/**
 * Recognizes what is meant for another server, though it may well be valid messages, such as one to
 * quit.
 */
final class OtherProtocols {

  private OtherProtocols() {}

  /**
   * Refuses the beginning of another protocol.
   *
   * @param in the first bytes of a plain connection
   */
  static void refuse(ByteBuffer in) throws IOException {
    if (TlsRecords.isClientHello(in)) {
      throw new SSLException("the peer wants TLS, which this server does not speak");
    } else if (ProxyHeader.begins(in)) {
      throw new IOException(ProxyHeader.UNEXPECTED);
    }
  }
}

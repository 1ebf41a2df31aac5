package dev.echo.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;

/**
 * What can be told from the first bytes of a connection that comes through a proxy (HAProxy's
 * proxy-protocol.txt, sections 2.1 and 2.2).
 */
public final class ProxyHeader {

  public static final String UNEXPECTED =
      "the connection starts with a header of the PROXY protocol, which is not expected";

  /** What version 2 begins with. */
  public static final String SIGNATURE = "\r\n\r\n\0\r\nQUIT\n";

  private static final byte[][] BEGINNINGS = {
    "PROXY TCP4 ".getBytes(ISO_8859_1),
    "PROXY TCP6 ".getBytes(ISO_8859_1),
    "PROXY UNKNOWN".getBytes(ISO_8859_1),
    SIGNATURE.getBytes(ISO_8859_1)
  };

  private ProxyHeader() {}

  /** Whether the bytes begin with a header, of version 1 or 2. */
  public static boolean begins(ByteBuffer bytes) {
    for (byte[] beginning : BEGINNINGS) {
      if (bytes.remaining() >= beginning.length
          && bytes.slice(bytes.position(), beginning.length).equals(ByteBuffer.wrap(beginning))) {
        return true;
      }
    }
    return false;
  }
}

package dev.echo.internal.tls;

import java.nio.ByteBuffer;

/** What can be told from the first bytes of a TLS record (RFC 8446, section 5.1). */
public final class TlsRecords {

  private static final int ALERT = 21;
  private static final int HANDSHAKE = 22;
  private static final int CLIENT_HELLO = 1;
  private static final int MAJOR_VERSION = 3;
  private static final int HEADER_SIZE = 5;

  private TlsRecords() {}

  /**
   * Whether the bytes, of which there is at least one, may be the first that the peer sends.
   *
   * @param fromServer who may refuse at once, by an alert
   */
  static boolean mayBegin(ByteBuffer bytes, boolean fromServer) {
    int type = at(bytes, 0);
    boolean version = bytes.remaining() == 1 || at(bytes, 1) == MAJOR_VERSION;
    return (type == HANDSHAKE || fromServer && type == ALERT) && version;
  }

  /** Whether the bytes are one whole alert, of which there is at least one byte. */
  static boolean isLastAlert(ByteBuffer bytes) {
    return at(bytes, 0) == ALERT
        && bytes.remaining() > HEADER_SIZE
        && bytes.remaining() == HEADER_SIZE + (at(bytes, 3) << 8 | at(bytes, 4));
  }

  /** Whether the bytes begin with an alert in plain text, which ends a handshake. */
  public static boolean isPlainAlert(ByteBuffer bytes) {
    return bytes.remaining() >= 7
        && at(bytes, 0) == ALERT
        && at(bytes, 1) == MAJOR_VERSION
        && at(bytes, 3) == 0
        && at(bytes, 4) == 2;
  }

  /** Whether the bytes begin with the greeting of a client that wants TLS. */
  public static boolean isClientHello(ByteBuffer bytes) {
    return bytes.remaining() >= 11
        && at(bytes, 0) == HANDSHAKE
        && at(bytes, 1) == MAJOR_VERSION
        && at(bytes, 5) == CLIENT_HELLO
        && at(bytes, 6) == 0
        && at(bytes, 9) == MAJOR_VERSION;
  }

  private static int at(ByteBuffer bytes, int index) {
    return bytes.get(bytes.position() + index) & 0xff;
  }
}

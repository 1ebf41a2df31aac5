package dev.echo.internal.tls;

import java.nio.ByteBuffer;

/** Where records are put together, used by one channel after another; made when first needed. */
public final class TlsBuffers {

  /**
   * Room for some records; no more than what callers of {@link TlsChannel#read} have for the
   * contents.
   */
  private static final int SIZE = 65_536;

  private ByteBuffer in;
  private ByteBuffer out;

  ByteBuffer in() {
    if (in == null) {
      in = ByteBuffer.allocate(SIZE);
    }
    return in.clear();
  }

  ByteBuffer out() {
    if (out == null) {
      out = ByteBuffer.allocate(SIZE);
    }
    return out.clear();
  }
}

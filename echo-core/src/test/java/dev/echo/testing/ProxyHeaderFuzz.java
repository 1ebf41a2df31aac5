package dev.echo.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.internal.codec.ProxyHeaderDecoder;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Any bytes, cut anywhere, are one header and what follows it, which is left alone, or refused in
 * the one way that is documented; the same by whatever pieces they come.
 */
public final class ProxyHeaderFuzz {

  private static final int MAX_LINE = 107;
  private static final int FIXED = 16;

  private ProxyHeaderFuzz() {}

  /**
   * Called by the fuzzer.
   *
   * @param input the size of the pieces, then the stream
   */
  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length < 2 || input.length > 70_000) {
      return;
    }
    byte[] stream = Arrays.copyOfRange(input, 1, input.length);

    String decoded = decode(stream, 1 + (input[0] & 0xff));

    assertEquals(decoded, decode(stream, stream.length), "at once");
    assertEquals(decoded, decodeAsAsked(stream), "as asked");
  }

  private static String decode(byte[] stream, int piece) {
    ProxyHeaderDecoder decoder = new ProxyHeaderDecoder();
    ByteBuffer in = ByteBuffer.wrap(stream);
    try {
      for (int end = piece; decoder.missing() > 0 && in.position() < stream.length; end += piece) {
        decoder.take(in.limit(Math.min(end, stream.length)));
      }
    } catch (ProtocolException e) {
      return "refused: " + e.getMessage();
    }
    return outcome(decoder, stream, in.position());
  }

  /** As a socket is read. */
  private static String decodeAsAsked(byte[] stream) {
    ProxyHeaderDecoder decoder = new ProxyHeaderDecoder();
    ByteBuffer in = ByteBuffer.wrap(stream);
    try {
      while (decoder.missing() > 0 && in.position() < stream.length) {
        int asked = decoder.missing();
        int limit = Math.min(in.position() + asked, stream.length);
        decoder.take(in.limit(limit));
        assertEquals(limit, in.position());
      }
    } catch (ProtocolException e) {
      return "refused: " + e.getMessage();
    }
    return outcome(decoder, stream, in.position());
  }

  private static String outcome(ProxyHeaderDecoder decoder, byte[] stream, int end) {
    if (decoder.missing() > 0) {
      assertEquals(stream.length, end);
      return "incomplete";
    }
    assertEquals(size(stream), end);
    return end + " bytes for " + decoder.source();
  }

  /** How long a header is that is complete. */
  private static int size(byte[] stream) {
    if (stream[0] == 'P') {
      int size = new String(stream, ISO_8859_1).indexOf("\r\n") + 2;
      assertTrue(size <= MAX_LINE);
      return size;
    }
    return FIXED + (ByteBuffer.wrap(stream).getShort(FIXED - 2) & 0xffff);
  }
}

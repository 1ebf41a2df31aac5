package dev.echo.internal.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.Endpoint;
import dev.echo.testing.ProxyHeaders;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyHeaderDecoderTest {

  private static final byte[] WHAT_FOLLOWS = "PROXY TCP4\r\n".getBytes(ISO_8859_1);

  static Stream<Arguments> good() {
    return ProxyHeaders.good();
  }

  static Stream<Arguments> bad() {
    return ProxyHeaders.bad();
  }

  @ParameterizedTest
  @MethodSource("good")
  void takesAHeaderInAnyPieces(byte[] header, Endpoint source) throws Exception {
    for (int size : new int[] {1, 2, 3, 7, 16, 100, 70_000}) {
      ProxyHeaderDecoder decoder = new ProxyHeaderDecoder();
      ByteBuffer stream = ByteBuffer.allocate(header.length + WHAT_FOLLOWS.length)
          .put(header)
          .put(WHAT_FOLLOWS)
          .flip();

      for (int end = size; decoder.missing() > 0; end += size) {
        decoder.take(stream.limit(Math.min(end, stream.capacity())));
      }

      assertEquals(header.length, stream.position(), "in pieces of " + size);
      assertEquals(source, decoder.source());
    }
  }

  @ParameterizedTest
  @MethodSource("good")
  void asksForNoByteBeyondTheHeader(byte[] header, Endpoint source) throws Exception {
    ProxyHeaderDecoder decoder = new ProxyHeaderDecoder();
    ByteBuffer stream = ByteBuffer.wrap(header);

    while (decoder.missing() > 0) {
      int asked = stream.position() + decoder.missing();
      assertTrue(asked <= header.length, asked + " bytes");
      decoder.take(stream.limit(asked));
    }

    assertEquals(header.length, stream.position());
  }

  @ParameterizedTest
  @MethodSource("good")
  void isIncompleteWithoutItsLastByte(byte[] header, Endpoint source) throws Exception {
    ProxyHeaderDecoder decoder = new ProxyHeaderDecoder();

    decoder.take(ByteBuffer.wrap(header, 0, header.length - 1));

    assertEquals(1, decoder.missing());
  }

  @ParameterizedTest
  @MethodSource("bad")
  void refusesWhatIsNoHeader(byte[] header, String reason) {
    for (int size : new int[] {1, 2, 16, 70_000}) {
      ProxyHeaderDecoder decoder = new ProxyHeaderDecoder();

      ProtocolException e = assertThrows(ProtocolException.class, () -> {
        for (int from = 0; from < header.length; from += size) {
          decoder.take(ByteBuffer.wrap(header, from, Math.min(size, header.length - from)));
        }
      });

      assertEquals(reason, e.getMessage(), "in pieces of " + size);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"h", "\26\3\1", "GET ", "\r\n\r\n\r", "\n", "\0", "PROXYz", "proxy "})
  void refusesTheFirstByteThatIsNone(String beginning) {
    byte[] bytes = beginning.getBytes(ISO_8859_1);
    ProxyHeaderDecoder decoder = new ProxyHeaderDecoder();
    assertTrue(decoder.isNew());

    assertThrows(ProtocolException.class, () -> decoder.take(ByteBuffer.wrap(bytes)));

    assertFalse(decoder.isNew());
    assertNull(decoder.source());
  }
}

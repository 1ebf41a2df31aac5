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
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
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
    byte[] stream = ByteBuffer.allocate(header.length + WHAT_FOLLOWS.length)
        .put(header)
        .put(WHAT_FOLLOWS)
        .array();
    for (int size : new int[] {1, 2, 3, 4, 5, 7, 9, 16, 70_000}) {
      ProxyHeaderDecoder decoder = new ProxyHeaderDecoder();

      ProtocolException e = assertThrows(ProtocolException.class, () -> {
        for (int from = 0; from < header.length; from += size) {
          decoder.take(ByteBuffer.wrap(stream, from, Math.min(size, stream.length - from)));
        }
      });

      assertEquals(reason, e.getMessage(), "in pieces of " + size);
    }
  }

  @Test
  void takesNoByteBehindALineWhereverItIsCut() throws Exception {
    List<byte[]> lines = new ArrayList<>();
    for (String ports : List.of("0 0", "0 65535", "65535 65535")) {
      for (String family : List.of("TCP4", "TCP6")) {
        List<String> hosts = hostsOfAllLengths(family.equals("TCP4"));
        for (String from : hosts) {
          for (String to : hosts) {
            lines.add(ProxyHeaders.line(family + " " + from + " " + to + " " + ports));
          }
        }
      }
    }
    for (int size = 0; size < 92; size++) {
      lines.add(ProxyHeaders.line("UNKNOWN" + " T6".repeat(31).substring(0, size)));
    }
    for (int i = 0; i < lines.size(); i++) {
      for (int first = i % 7; first <= lines.get(i).length; first += 7) {
        assertTakes(lines.get(i), first);
      }
    }
  }

  private static List<String> hostsOfAllLengths(boolean isIpv4) {
    if (isIpv4) {
      return List.of(
          "1.1.1.1",
          "11.1.1.1",
          "11.11.1.1",
          "11.11.11.1",
          "11.11.11.11",
          "111.11.11.11",
          "111.111.11.11",
          "111.111.111.11",
          "111.111.111.111");
    }
    String longest = ":" + ":ffff".repeat(7);
    List<String> hosts = new ArrayList<>(List.of("::", "ffff:".repeat(7) + "ffff"));
    for (int size = 3; size <= longest.length(); size++) {
      if (longest.charAt(size - 1) != ':') {
        hosts.add(longest.substring(0, size));
      }
    }
    return hosts;
  }

  private static void assertTakes(byte[] line, int first) throws ProtocolException {
    ProxyHeaderDecoder decoder = new ProxyHeaderDecoder();
    ByteBuffer stream = ByteBuffer.allocate(line.length + WHAT_FOLLOWS.length).put(line);
    stream.put(WHAT_FOLLOWS).flip();
    int there = first;
    while (decoder.missing() > 0) {
      int asked = stream.position() + decoder.missing();
      decoder.take(stream.limit(Math.min(asked, there)));
      if (asked > there) {
        there = stream.capacity();
      }
    }
    assertEquals(line.length, stream.position(), () -> new String(line, ISO_8859_1));
  }

  @Test
  void readsALineOfAddressesInFewPieces() throws Exception {
    byte[] line = ProxyHeaders.line("TCP4 192.0.2.1 192.0.2.2 51234 7007");
    ProxyHeaderDecoder decoder = new ProxyHeaderDecoder();
    ByteBuffer stream = ByteBuffer.wrap(line);
    int reads = 0;

    for (; decoder.missing() > 0; reads++) {
      decoder.take(stream.limit(stream.position() + decoder.missing()));
    }

    assertEquals(7, reads);
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

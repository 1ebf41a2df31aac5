package dev.echo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.echo.internal.codec.ByteTransformer;
import dev.echo.internal.codec.Bytes;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Upper case, eight bytes at a time. */
class UpperCaseTest {

  private static final Peer SENDER = Peer.of(Endpoint.tcp(51234));

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "seven b", "nine byte", "sixteen bytes .."})
  void upperCasesNothingBeforeTheStart(String text) {
    Bytes reply = new Bytes(1);
    reply.put("a long line before".getBytes(UTF_8));
    int start = reply.size();
    reply.put(text.getBytes(UTF_8));

    ((ByteTransformer) MessageTransformer.upperCase()).apply(reply, start, SENDER);

    String expected = "a long line before" + text.toUpperCase(Locale.ROOT);
    assertEquals(expected, new String(reply.toByteArray(0), UTF_8));
  }

  @Test
  void upperCasesWhatFillsItsArray() {
    Bytes reply = new Bytes(5);
    reply.put("hello".getBytes(UTF_8));

    ((ByteTransformer) MessageTransformer.upperCase()).apply(reply, 0, SENDER);

    assertEquals("HELLO", new String(reply.array(), UTF_8));
  }

  @Test
  void upperCasesEachAsciiCharacterAlikeWhereverItIs() {
    for (int length = 1; length < 20; length++) {
      for (char c = 0; c < 128; c++) {
        String text = String.valueOf(c).repeat(length) + "z{a`";
        Message reply =
            MessageTransformer.upperCase().transform(Message.of(text), Peer.of(Endpoint.tcp(1)));
        assertEquals(text.toUpperCase(Locale.ROOT), reply.text());
      }
    }
  }

  @Test
  void upperCasesAsciiBehindAndBeforeOtherCharactersWhereverTheyAre() {
    for (int length = 0; length < 20; length++) {
      for (int at = 0; at <= length; at++) {
        String text = "a".repeat(at) + "é" + "a".repeat(length - at);
        Message reply =
            MessageTransformer.upperCase().transform(Message.of(text), Peer.of(Endpoint.tcp(1)));
        assertEquals(text.toUpperCase(Locale.ROOT), reply.text());
      }
    }
  }
}

package dev.echo.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.Framing;
import dev.echo.internal.BufferLimit;
import dev.echo.internal.codec.Bytes;
import dev.echo.internal.codec.FrameDecoder;
import java.util.Arrays;
import java.util.List;

/** Any bytes, cut anywhere, are decoded to the messages that are in them, in bounded memory. */
public final class DecoderFuzz {

  private DecoderFuzz() {}

  /**
   * Called by the fuzzer.
   *
   * @param input the framing, the limit, the sizes of two pieces in turn, then the stream
   */
  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length < 4 || input.length > 9_000) {
      return;
    }
    Framing framing = Framing.values()[(input[0] & 0xff) % 3];
    int limit = 1 + (input[1] & 0xff);
    int[] pieces = {1 + (input[2] & 0xff), 1 + (input[3] & 0xff)};
    byte[] stream = Arrays.copyOfRange(input, 4, input.length);

    DecodedStream decoded =
        new DecodedStream(FrameDecoder.of(framing, limit, BufferLimit.NONE), () -> {}, ISO_8859_1);
    for (int from = 0, i = 0; from < stream.length; i++) {
      int to = Math.min(from + pieces[i % 2], stream.length);
      decoded.read(stream, from, to);
      checkMemory(decoded.decoder, framing, limit);
      from = to;
    }

    List<String> messages = decoded.end();
    if (framing == Framing.RAW) {
      checkRaw(messages, limit, stream);
    } else {
      assertEquals(
          new FrameModel(framing, limit).add(stream, stream.length).end().decoded(), messages);
    }
  }

  private static void checkMemory(FrameDecoder decoder, Framing framing, int limit) {
    int beside = framing == Framing.LINES ? 1 : Integer.BYTES; // the carriage return, the header
    Bytes partial = decoder.partial;
    assertTrue(partial == null || partial.array().length <= 2 * (limit + beside));
  }

  private static void checkRaw(List<String> messages, int limit, byte[] stream) {
    StringBuilder all = new StringBuilder();
    for (String message : messages) {
      String bytes = message.substring(0, message.lastIndexOf('|'));
      assertTrue(bytes.length() <= limit);
      all.append(bytes);
    }
    assertEquals(new String(stream, ISO_8859_1), all.toString());
  }
}

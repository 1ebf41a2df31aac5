package dev.echo;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.echo.internal.server.ServerBuilder;
import dev.echo.testing.FrameModel;
import dev.echo.testing.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/**
 * Whatever comes in whatever pieces, a server answers each complete message once and in order, and
 * lives.
 */
public final class ServerFuzz {

  private static final int LIMIT = 32;
  private static final String TLS_GREETING = "\26\3";
  private static final QuitPredicate QUIT = QuitPredicate.textEquals("q");

  /** Started when needed; the fuzzer's process ends with them. */
  private static final Map<Framing, EchoServer> SERVERS = new EnumMap<>(Framing.class);

  private ServerFuzz() {}

  /**
   * Called by the fuzzer.
   *
   * @param input the framing and how the stream ends, the size of the pieces, then the stream
   */
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    if (input.length < 2 || input.length > 9_000) {
      return;
    }
    Framing framing = Framing.values()[(input[0] & 0x7f) % 3];
    boolean reset = input[0] < 0;
    int piece = 1 + (input[1] & 0xff);
    byte[] stream = Arrays.copyOfRange(input, 2, input.length);
    if (new String(stream, ISO_8859_1).contains(TLS_GREETING)) {
      return; // is refused as such, if it is what one read begins with
    }

    EchoServer server = SERVERS.computeIfAbsent(framing, ServerFuzz::start);
    try (Wire wire = Wire.to(server.endpoint())) {
      for (int from = 0; from < stream.length; from += piece) {
        wire.send(Arrays.copyOfRange(stream, from, Math.min(from + piece, stream.length)));
      }
      if (reset) {
        wire.reset();
      } else {
        wire.halfClose();
        assertEquals(replies(framing, stream), new String(wire.receiveBytesToEnd(), ISO_8859_1));
      }
    }
    assertFalse(server.isTerminated());
  }

  static void closeServers() {
    SERVERS.values().forEach(EchoServer::close);
    SERVERS.clear();
  }

  private static EchoServer start(Framing framing) {
    try {
      return new ServerBuilder()
          .framing(framing)
          .maxMessageSize(LIMIT)
          .quitWhen(framing == Framing.RAW ? QuitPredicate.never() : QUIT)
          .transformer((message, peer) -> Message.of(message.toByteArray()))
          .nanoClock(() -> 0) // so that a peer that was kept waiting is not taken for a silent one
          .start(Endpoint.tcp(0));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String replies(Framing framing, byte[] stream) {
    FrameModel model = new FrameModel(framing, LIMIT).add(stream, stream.length).end();
    int size = model.answered().stream()
        .filter(message -> message.text().equals("q"))
        .findFirst()
        .map(FrameModel.Message::end)
        .orElse(model.answeredBytes());
    return new String(stream, 0, size, ISO_8859_1);
  }
}

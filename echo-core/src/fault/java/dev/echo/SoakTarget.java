package dev.echo;

import dev.echo.internal.codec.Bytes;
import dev.echo.internal.codec.FrameEncoder;
import dev.echo.internal.codec.LineEnding;
import dev.echo.testing.Certificates;
import dev.echo.testing.Transport;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executor;

/** A server under soak: it is strict with its peers, so that each is gone after a moment. */
record SoakTarget(EchoServer server, Framing framing, boolean tls) {

  static final int MAX_MESSAGE_SIZE = 8_192;

  /** One of each kind. */
  static List<SoakTarget> startAll(Executor executor) throws IOException {
    List<SoakTarget> targets = new ArrayList<>();
    for (Framing framing : Framing.values()) {
      for (Transport transport : Transport.values()) {
        targets.add(start(builder(framing), transport, framing, false));
      }
      EchoServer.Builder other = builder(framing).executor(executor).eventLoops(2);
      for (Transport transport : Transport.values()) {
        targets.add(start(other, transport, framing, false));
      }
    }
    for (Framing framing : Framing.values()) {
      EchoServer.Builder secured = builder(framing).sslContext(Certificates.of("server"));
      targets.add(start(secured, Transport.TCP, framing, true));
      targets.add(start(secured.executor(executor), Transport.TCP, framing, true));
    }
    return targets;
  }

  private static EchoServer.Builder builder(Framing framing) {
    return EchoServer.builder()
        .framing(framing)
        .maxMessageSize(MAX_MESSAGE_SIZE)
        .idleTimeout(Duration.ofSeconds(2))
        .handshakeTimeout(Duration.ofSeconds(2));
  }

  private static SoakTarget start(
      EchoServer.Builder builder, Transport transport, Framing framing, boolean tls)
      throws IOException {
    return new SoakTarget(builder.start(transport.free()), framing, tls);
  }

  Endpoint endpoint() {
    return server.endpoint();
  }

  boolean isStream() {
    return !(endpoint() instanceof Endpoint.Udp);
  }

  EchoClient connect(Duration timeout) throws IOException {
    EchoClient.Builder builder =
        EchoClient.builder().framing(framing).maxMessageSize(MAX_MESSAGE_SIZE).timeout(timeout);
    if (tls) {
      builder.sslContext(Certificates.none());
    }
    return builder.connect(endpoint());
  }

  /** The message as it is on the wire. */
  byte[] frame(Message message) {
    Bytes frame = new Bytes(message.size() + 4);
    int start = FrameEncoder.begin(framing, frame);
    frame.put(message);
    FrameEncoder.end(framing, frame, start, LineEnding.LF);
    return Arrays.copyOf(frame.array(), frame.size());
  }
}

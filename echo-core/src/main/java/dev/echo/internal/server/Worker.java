package dev.echo.internal.server;

import dev.echo.internal.Settings;
import dev.echo.internal.codec.FrameDecoder;
import dev.echo.internal.loop.EventLoop;
import dev.echo.internal.tls.TlsBuffers;
import java.io.IOException;
import java.nio.ByteBuffer;

/** An event loop, and the buffers that its connections use in turn, so that an idle one owns none. */
final class Worker {

  private static final int READ_SIZE = 65_536;

  final StreamServer server;
  final EventLoop loop;
  final TlsBuffers tlsBuffers = new TlsBuffers();
  private final ByteBuffer in;
  private final FrameDecoder decoder;
  private final Replies replies;

  Worker(StreamServer server, int index) throws IOException {
    ServerConfig config = server.config;
    this.server = server;
    this.in = ByteBuffer.allocate(READ_SIZE);
    this.decoder = FrameDecoder.of(config.framing, config.maxMessageSize, server.buffers);
    this.replies = new Replies(server.buffers);
    this.loop = new EventLoop(server, index, config.nanoClock, Settings.nanos(config.busyPoll));
  }

  ByteBuffer in() {
    return in.clear();
  }

  FrameDecoder decoder() {
    return decoder;
  }

  Replies replies() {
    replies.clear();
    return replies;
  }
}

package dev.echo.internal.server;

import dev.echo.internal.Settings;
import dev.echo.internal.loop.EventLoop;
import dev.echo.internal.tls.TlsBuffers;
import java.io.IOException;

/** An event loop, and what its connections use in turn. */
final class Worker {

  final StreamServer server;
  final MessageFlow flow;
  final TlsBuffers tlsBuffers = new TlsBuffers();
  final EventLoop loop;

  Worker(StreamServer server, int index) throws IOException {
    ServerConfig config = server.config;
    this.server = server;
    this.flow = config.faults == null ? new MessageFlow(server) : new FaultyFlow(server);
    this.loop = new EventLoop(server, index, config.nanoClock, Settings.nanos(config.busyPoll));
  }
}

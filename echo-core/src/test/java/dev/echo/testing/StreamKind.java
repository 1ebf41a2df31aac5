package dev.echo.testing;

import dev.echo.EchoServer;
import dev.echo.Endpoint;
import java.io.IOException;
import java.util.concurrent.Executor;

/** The ways in which a server serves streams. */
public enum StreamKind {
  TCP,
  TCP_WITH_EXECUTOR,
  TCP_WITH_FOUR_LOOPS,
  UNIX,
  TLS;

  /** Has the server serve in this way. */
  public void set(EchoServer.Builder builder, Executor executor) {
    if (this == TLS) {
      builder.sslContext(Certificates.of("server"));
    } else if (this == TCP_WITH_EXECUTOR) {
      builder.executor(executor);
    } else if (this == TCP_WITH_FOUR_LOOPS) {
      builder.eventLoops(4);
    }
  }

  public Endpoint free() {
    return this == UNIX ? Transport.UNIX.free() : Endpoint.tcp(0);
  }

  public Wire connect(EchoServer server) throws IOException {
    return connect(server, new byte[0]);
  }

  /** Connects, and sends these bytes before all else. */
  public Wire connect(EchoServer server, byte[] header) throws IOException {
    Wire wire = Wire.to(server.endpoint()).send(header);
    return this == TLS ? wire.secured() : wire;
  }
}

package dev.echo.internal.server;

import dev.echo.Endpoint;
import dev.echo.internal.loop.EventSource;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/**
 * The beginning of a connection: at once for a plain one, behind a proxy after its PROXY header,
 * under TLS after a handshake.
 *
 * <pre>
 *   ┌───────────────────┐     ┌───────────┐
 *   │ ProxyHeaderReader │ ──► │ Handshake │ ──► Connection
 *   └───────────────────┘     └───────────┘
 * </pre>
 */
final class Opening {

  private Opening() {}

  /** Called once, on the connection's loop. */
  static void open(Connection connection, SocketChannel channel) {
    StreamServer server = connection.server();
    try {
      if (server.config.trustedProxies != null) {
        ProxyHeaderReader reader = new ProxyHeaderReader(connection);
        register(connection, channel, reader);
        reader.start();
      } else if (server.config.tls == null) {
        register(connection, channel, connection);
        connection.transport = Transport.PLAIN;
        connection.begin();
      } else {
        long deadline = connection.worker.loop.now() + server.handshakeNanos;
        register(connection, channel, newHandshake(connection, channel, deadline));
      }
    } catch (Throwable e) {
      server.events.close(channel, connection.peer); // which has no key to be found by
      connection.fail("Open", e);
    }
  }

  private static void register(Connection connection, SocketChannel channel, EventSource source)
      throws IOException {
    connection.key = connection.worker.loop.register(channel, SelectionKey.OP_READ, source);
  }

  private static Handshake newHandshake(Connection connection, SocketChannel channel, long deadline)
      throws IOException {
    TlsTransport tls = new TlsTransport(channel, connection.worker);
    connection.transport = tls;
    return new Handshake(connection, tls, deadline);
  }

  /**
   * Called by the reader of the PROXY header, when it is there.
   *
   * @param source null if the proxy speaks for itself
   * @param deadline when a TLS handshake must be done
   */
  static void headerRead(Connection connection, Endpoint source, long deadline) {
    try {
      if (source != null) {
        connection.peer =
            new ProxiedPeer(connection.peer.number(), source, connection.peer.endpoint());
      }
      if (connection.server().config.tls == null) {
        connection.transport = Transport.PLAIN;
        connection.opened();
      } else {
        Handshake handshake = newHandshake(connection, connection.socket(), deadline);
        connection.key.attach(handshake);
        handshake.onReady();
      }
    } catch (Throwable e) {
      connection.fail("Open", e);
    }
  }

  /** Called by the handshake, when it is done. */
  static void secured(Connection connection, TlsTransport transport) {
    transport.opened();
    ((TlsPeer) connection.peer).secured(transport.tls.session());
    connection.opened();
  }
}

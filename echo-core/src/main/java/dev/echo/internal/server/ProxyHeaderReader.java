package dev.echo.internal.server;

import dev.echo.internal.Settings;
import dev.echo.internal.codec.ProxyHeaderDecoder;
import dev.echo.internal.loop.EventSource;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;

/**
 * The first part of the life of a connection that comes through a proxy: its PROXY header is read,
 * and no byte of what follows it, which TLS or the messages then find in the socket.
 */
final class ProxyHeaderReader extends EventSource {

  private static final String OPERATION = "PROXY header from";

  private final Connection connection;
  private final ProxyHeaderDecoder decoder = new ProxyHeaderDecoder();

  /** When the header must be there, and a TLS handshake done that follows it. */
  private final long end;

  private boolean ended;

  ProxyHeaderReader(Connection connection) {
    this.connection = connection;
    this.end = connection.worker.loop.now() + connection.server().handshakeNanos;
    connection.worker.loop.wakeUpAt(end);
  }

  /** Closes the connection of a proxy that is not trusted. */
  void start() {
    boolean trusted;
    try {
      trusted = connection.server().config.trustedProxies.test(connection.peer.endpoint());
    } catch (Throwable e) { // of user code
      ended = true;
      connection.fail(connection.events().proxyPredicate, e);
      return;
    }
    if (!trusted) {
      fail(OPERATION, new IOException("the address is not trusted"));
    }
  }

  @Override
  public boolean onReady() {
    try {
      if (!ended && isComplete()) {
        ended = true;
        Opening.headerRead(connection, decoder.source(), end);
      }
    } catch (IOException e) {
      if (decoder.isNew()) {
        close(); // a health check that ends by a reset
      } else {
        fail(OPERATION, e);
      }
    } catch (Throwable e) { // never at the expense of the other connections
      fail(OPERATION, e);
    }
    return false;
  }

  /** Reads as far as the header goes; a read takes no more than is certain to belong to it. */
  private boolean isComplete() throws IOException {
    while (decoder.missing() > 0) {
      ByteBuffer in = connection.worker.flow.in().limit(decoder.missing());
      int count = connection.socket().read(in);
      if (count < 0) {
        leave();
        return false;
      } else if (count == 0) {
        return false;
      }
      decoder.take(in.flip());
    }
    return true;
  }

  private void leave() throws ProtocolException {
    if (!decoder.isNew()) {
      throw new ProtocolException("the stream ended within it");
    }
    close(); // a port scan or a health check
  }

  @Override
  public long deadline() {
    return ended ? NEVER : end;
  }

  /** The loop may be late, as when the process was stopped, and the proxy in time. */
  @Override
  public void onDeadline() {
    onReady();
    if (!ended) {
      ended = true;
      String limit = Settings.text(connection.server().config.handshakeTimeout);
      connection.timeOut("No PROXY header from " + connection.peer.endpoint() + " within " + limit);
    }
  }

  /** What has come with the header is answered, as on a connection that is open already. */
  @Override
  public void shutdown() {
    onReady();
    if (ended && !connection.isClosed()) {
      ((EventSource) connection.key.attachment()).shutdown();
    } else {
      close();
    }
  }

  @Override
  public void close() {
    ended = true;
    connection.close();
  }

  @Override
  public void fail(String operation, Throwable error) {
    ended = true;
    connection.fail(operation, error);
  }
}

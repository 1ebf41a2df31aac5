package dev.echo.internal.server;

import dev.echo.Endpoint;
import dev.echo.internal.Hosts;
import dev.echo.internal.RemotePeer;
import dev.echo.internal.loop.EventLoop;
import dev.echo.internal.loop.EventSource;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Accepts connections while there is room for them.
 *
 * <p>When accepting fails, usually for want of file descriptors, it is tried again after a while:
 * the connection waits in the kernel's queue, and would have the selector report it without end.
 * When the server is full, a connection that closes says so; if there is no memory to say it, the
 * acceptor finds the place after a while.
 */
final class Acceptor extends EventSource {

  private static final long PAUSE_NANOS = Duration.ofMillis(100).toNanos();
  private static final int MAX_PER_ROUND = 64;

  /** With the above as many as wait in the queue of a system. */
  private static final int MAX_LAST_ROUNDS = 64;

  private static final Endpoint UNIX_PEER = new Endpoint.Unix(Path.of(""));

  private final StreamServer server;
  private final EventLoop loop;
  private final ListeningSocket socket;
  private final SelectionKey key;

  /** How many connections there have been. */
  private long accepted;

  /** Where the last peer was: many connections come from one host, and share its name. */
  private String lastHost;

  private boolean paused;
  private boolean failing;
  private boolean closed;
  private long deadline = NEVER;

  Acceptor(StreamServer server, EventLoop loop, ListeningSocket socket) throws IOException {
    this.server = server;
    this.loop = loop;
    this.socket = socket;
    this.key = loop.register(socket.channel, SelectionKey.OP_ACCEPT, this);
  }

  @Override
  public boolean onReady() {
    try {
      acceptSome();
    } catch (Throwable e) { // an OutOfMemoryError, too, is a reason to try again later
      tryLater(e);
    }
    return false;
  }

  /** Accepts those that have connected already, as closing the socket would reset them. */
  void acceptLast() {
    try {
      for (int i = 0; i < MAX_LAST_ROUNDS && !closed && acceptSome(); i++) {
        // There may be more.
      }
    } catch (IOException e) {
      // Without a descriptor the system says so, even if nobody waits.
    } catch (Throwable e) {
      failed(e);
    }
  }

  /** Returns whether there may be more. */
  private boolean acceptSome() throws IOException {
    for (int i = 0; i < MAX_PER_ROUND; i++) {
      if (server.isFull()) {
        pause();
        return false;
      }
      SocketChannel channel = socket.channel.accept();
      if (channel == null) {
        return false;
      }
      open(channel);
      failing = false;
    }
    return true;
  }

  /** A connection that fails here is gone, and no reason to keep the next one waiting. */
  private void open(SocketChannel channel) {
    try {
      channel.configureBlocking(false);
      Endpoint endpoint = peerEndpoint(channel);
      if (endpoint instanceof Endpoint.Tcp) {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      }
      server.open(channel, newPeer(++accepted, endpoint));
    } catch (Throwable e) {
      server.events.close(channel, server.self);
      failed(e);
    }
  }

  private RemotePeer newPeer(long number, Endpoint endpoint) {
    if (server.config.trustedProxies != null) {
      return new ProxiedPeer(number, endpoint, endpoint);
    }
    return server.config.tls == null
        ? new RemotePeer(number, endpoint)
        : new TlsPeer(number, endpoint);
  }

  /** The name of a Unix peer is a path that it has chosen, and tells nothing. */
  private Endpoint peerEndpoint(SocketChannel channel) throws IOException {
    SocketAddress address = channel.getRemoteAddress();
    if (!(address instanceof InetSocketAddress inet)) {
      return UNIX_PEER;
    }
    String host = Hosts.text(inet.getAddress());
    if (!host.equals(lastHost)) {
      lastHost = host;
    }
    return new Endpoint.Tcp(lastHost, inet.getPort());
  }

  private void failed(Throwable reason) {
    server.events.failed("Accept on", server.self, reason);
  }

  private void pause() {
    paused = true;
    rest();
  }

  /** Called on the loop when a connection of a full server has closed. */
  void resume() {
    if (paused && !closed) {
      acceptAgain();
    }
  }

  private void acceptAgain() {
    paused = false;
    deadline = NEVER;
    key.interestOps(SelectionKey.OP_ACCEPT);
  }

  private void tryLater(Throwable reason) {
    if (!failing) {
      failing = true;
      failed(reason);
    }
    rest();
  }

  private void rest() {
    if (closed) {
      return;
    }
    key.interestOps(0);
    deadline = loop.now() + PAUSE_NANOS;
    loop.wakeUpAt(deadline);
  }

  @Override
  public long deadline() {
    return deadline;
  }

  @Override
  public void onDeadline() {
    acceptAgain();
  }

  @Override
  public void fail(String operation, Throwable error) {
    tryLater(error);
  }

  @Override
  public void shutdown() {
    close();
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    deadline = NEVER;
    server.events.close(socket, server.self);
    loop.deregistered();
    server.acceptorClosed();
  }
}

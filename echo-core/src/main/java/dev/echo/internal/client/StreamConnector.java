package dev.echo.internal.client;

import dev.echo.EchoClient;
import dev.echo.Endpoint;
import dev.echo.internal.Addresses;
import dev.echo.internal.BufferLimit;
import dev.echo.internal.Closing;
import dev.echo.internal.IoErrors;
import dev.echo.internal.Settings;
import dev.echo.internal.codec.ProxyAddresses;
import dev.echo.internal.tls.Tls;
import dev.echo.internal.tls.TlsBuffers;
import dev.echo.internal.tls.TlsChannel;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLEngine;

/** Connects a socket over a stream, for a client or a probe, within a time limit. */
public final class StreamConnector {

  private static final long RETRY_NANOS = Duration.ofMillis(1).toNanos();

  private final Selector selector;
  private final Duration timeout;
  private final long end;
  private long deadline;

  private StreamConnector(Selector selector, Duration timeout) {
    this.selector = selector;
    this.timeout = timeout;
    this.end = System.nanoTime() + Settings.nanos(timeout);
  }

  static EchoClient connect(Endpoint endpoint, ClientConfig config) throws IOException {
    Selector selector = null;
    Connected made = null;
    try {
      selector = Selector.open();
      made = new StreamConnector(selector, config.connectTimeout)
          .connect(endpoint, config.proxyAddresses, config.tls);
      return new StreamClient(endpoint, made.channel, made.socket.keyFor(selector), config);
    } catch (Throwable e) {
      Closing.closeAll(made, selector);
      throw named(endpoint, e);
    }
  }

  /**
   * A connection in non-blocking mode.
   *
   * @param channel the socket, or TLS over it
   */
  public record Connected(SocketChannel socket, ByteChannel channel) implements Closeable {

    /** Tells the peer under TLS, as far as it listens. */
    @Override
    public void close() {
      Closing.closeAll(channel, socket);
    }
  }

  /**
   * Connects for somebody who has a selector of their own.
   *
   * @param proxyAddresses what to send as a PROXY header, or null
   * @param tls null to leave the connection plain
   */
  public static Connected open(
      Endpoint endpoint, Duration timeout, ProxyAddresses proxyAddresses, Tls tls)
      throws IOException {
    Connected made = null;
    try (Selector selector = Selector.open()) {
      made = new StreamConnector(selector, timeout).connect(endpoint, proxyAddresses, tls);
      return made;
    } catch (Throwable e) {
      Closing.close(made);
      throw named(endpoint, e);
    }
  }

  /** Returns the failure with the endpoint that it lacks; throws an error of a trust manager. */
  private static IOException named(Endpoint endpoint, Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    return IoErrors.named("Connect to", endpoint, (Exception) failure);
  }

  /** Refuses what neither clients nor probes can connect to, or not with these settings. */
  public static void requireUsable(Endpoint endpoint, ProxyAddresses proxyAddresses, Tls tls) {
    if (endpoint.port() == 0 || Addresses.isNameless(endpoint)) {
      throw new IllegalArgumentException("Nobody can listen on " + endpoint);
    }
    if (proxyAddresses != null) {
      ProxyAddresses.requireStream(endpoint);
    }
    if (tls != null) {
      Tls.require(endpoint);
    }
  }

  private Connected connect(Endpoint endpoint, ProxyAddresses proxyAddresses, Tls tls)
      throws IOException {
    ByteBuffer header = encode(proxyAddresses);
    SocketChannel socket = connect(endpoint);
    try {
      introduce(socket, header);
      return new Connected(socket, secure(socket, endpoint, tls));
    } catch (Throwable e) {
      Closing.close(socket);
      throw e;
    }
  }

  /** Returns a connected channel in non-blocking mode, registered for reading. */
  private SocketChannel connect(Endpoint endpoint) throws IOException {
    IOException failure = null;
    List<SocketAddress> addresses = Addresses.resolve(endpoint);
    for (int i = 0; i < addresses.size(); i++) {
      SocketAddress address = addresses.get(i);
      // Each has its share of the time, so that one that does not answer leaves some to the rest.
      deadline = System.nanoTime() + (end - System.nanoTime()) / (addresses.size() - i);
      try {
        return connect(address);
      } catch (IOException e) {
        failure = IoErrors.joined(failure, e);
      }
    }
    throw failure;
  }

  private SocketChannel connect(SocketAddress address) throws IOException {
    while (true) {
      IOException failure;
      long now = System.nanoTime(); // before the attempt, or time may be up without one
      SocketChannel channel = SocketChannel.open(Addresses.family(address));
      try {
        channel.configureBlocking(false);
        if (Addresses.family(address) != StandardProtocolFamily.UNIX) {
          channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
        if (channel.connect(address)) {
          channel.register(selector, SelectionKey.OP_READ);
        } else {
          awaitConnected(channel);
        }
        refuseItself(channel);
        return channel;
      } catch (IOException e) {
        channel.close();
        if (!mayHaveRoomLater(address, e)) {
          throw e;
        }
        failure = e;
      } catch (Throwable e) {
        channel.close();
        throw e;
      }
      requireNoInterrupt();
      if (deadline - now <= 0) {
        throw timedOut(" (" + failure.getMessage() + ")");
      }
      LockSupport.parkNanos(RETRY_NANOS);
    }
  }

  /**
   * Whether a server's queue may be full: a Unix socket then does not wait but fails at once, by
   * EAGAIN. That the JDK has no type for, and its text is of the system's language; but of the
   * other failures without a type nearly all are about a path that leads to no socket.
   */
  private static boolean mayHaveRoomLater(SocketAddress address, IOException failure) {
    if (failure.getClass() != SocketException.class
        || !(address instanceof UnixDomainSocketAddress unix)) {
      return false;
    }
    try {
      return Files.readAttributes(unix.getPath(), BasicFileAttributes.class).isOther();
    } catch (IOException e) {
      return false; // nothing is there
    }
  }

  /** Looks up the names in a PROXY header before the server waits for it; null for none. */
  private static ByteBuffer encode(ProxyAddresses addresses) throws IOException {
    return addresses == null ? null : addresses.encode();
  }

  /**
   * Sends the PROXY header, for which a new socket nearly always has room.
   *
   * @param header null if there is none
   */
  private void introduce(SocketChannel socket, ByteBuffer header) throws IOException {
    if (header == null) {
      return;
    }
    deadline = end;
    SelectionKey key = socket.keyFor(selector);
    socket.write(header);
    while (header.hasRemaining()) {
      key.interestOps(SelectionKey.OP_WRITE);
      awaitReady();
      socket.write(header);
    }
    key.interestOps(SelectionKey.OP_READ);
  }

  /**
   * Returns the channel under TLS, once the handshake is done.
   *
   * @param tls null to leave it plain
   */
  private ByteChannel secure(SocketChannel socket, Endpoint endpoint, Tls tls) throws IOException {
    if (tls == null) {
      return socket;
    }
    deadline = end;
    SSLEngine engine = tls.connectingEngine((Endpoint.Tcp) endpoint);
    TlsChannel channel = new TlsChannel(socket, engine, new TlsBuffers(), BufferLimit.NONE);
    try {
      awaitHandshake(channel, socket.keyFor(selector));
      return channel;
    } catch (SocketTimeoutException e) {
      channel.close();
      throw timedOut(" in the TLS handshake; the peer may want no TLS");
    } catch (IOException | RuntimeException e) {
      channel.close(); // which tells the server why
      throw e;
    }
  }

  private void awaitHandshake(TlsChannel channel, SelectionKey key) throws IOException {
    TlsChannel.Need need = channel.handshake();
    while (need != TlsChannel.Need.NOTHING) {
      if (need == TlsChannel.Need.TASKS) {
        channel.runTasks();
      } else {
        boolean isWriting = need == TlsChannel.Need.OUTPUT;
        key.interestOps(isWriting ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
        awaitReady();
      }
      need = channel.handshake();
    }
    key.interestOps(SelectionKey.OP_READ);
  }

  private void awaitConnected(SocketChannel channel) throws IOException {
    SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT);
    while (!channel.finishConnect()) {
      awaitReady();
    }
    key.interestOps(SelectionKey.OP_READ);
  }

  /** A socket whose port the system chose may meet itself there (RFC 9293, simultaneous open). */
  private static void refuseItself(SocketChannel channel) throws IOException {
    if (channel.getLocalAddress().equals(channel.getRemoteAddress())) {
      channel.setOption(
          StandardSocketOptions.SO_LINGER, 0); // or the port would not be free at once
      throw IoErrors.connectedToItself();
    }
  }

  /**
   * Waits for the socket. When the time is up it is looked at once more: the process may have been
   * stopped while the peer answered.
   */
  private void awaitReady() throws IOException {
    requireNoInterrupt();
    long left = deadline - System.nanoTime();
    int ready = left > 0
        ? selector.select(key -> {}, Settings.millis(left))
        : selector.selectNow(key -> {});
    if (ready == 0 && left <= 0) {
      throw timedOut("");
    }
  }

  private static void requireNoInterrupt() throws InterruptedIOException {
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException("interrupted");
    }
  }

  private SocketTimeoutException timedOut(String detail) {
    return new SocketTimeoutException("timed out after " + Settings.text(timeout) + detail);
  }
}

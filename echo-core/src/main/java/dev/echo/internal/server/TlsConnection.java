package dev.echo.internal.server;

import dev.echo.Endpoint;
import dev.echo.internal.tls.TlsChannel;
import java.io.IOException;
import java.nio.channels.ByteChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/** A connection under TLS: it opens when its {@link Handshake} is done, and ends with close_notify. */
final class TlsConnection extends Connection {

  /** What the state of a handshake takes at most, with what the peer can make it keep. */
  private static final int HANDSHAKE_BYTES = 36_000;

  /** What the state of a connection takes at most. */
  private static final int SESSION_BYTES = 12_000;

  private TlsChannel tls;
  private boolean opened;

  /** How much of the server's buffers is reserved for the state. */
  private int reserved;

  TlsConnection(Worker worker, Endpoint peer) {
    super(worker, peer);
  }

  @Override
  void open(SocketChannel channel) {
    try {
      server().buffers.reserve(HANDSHAKE_BYTES);
      reserved = HANDSHAKE_BYTES;
      tls = new TlsChannel(
          channel, server().config.tls.acceptingEngine(), worker.tlsBuffers, server().buffers);
      key = worker.loop.register(channel, SelectionKey.OP_READ, this);
      key.attach(new Handshake(this, tls));
    } catch (Throwable e) {
      events().close(channel, peer);
      fail("Open", e);
    }
  }

  /** Called once, by the handshake. */
  void opened() {
    opened = true;
    server().buffers.release(reserved - SESSION_BYTES);
    reserved = SESSION_BYTES;
    events().secured(peer, tls.session());
    events().opened(peer);
    active();
    key.attach(this);
    key.interestOps(SelectionKey.OP_READ);
    onReady(); // the first messages may have come with the end of the handshake
  }

  @Override
  ByteChannel channel() {
    return tls;
  }

  @Override
  boolean hasSentRecords() {
    return tls.hasSent();
  }

  @Override
  boolean sendCloseNotify() {
    try {
      return tls.endOutput();
    } catch (IOException e) {
      return true; // it is gone, and need not be told
    }
  }

  @Override
  void resumeReading() throws IOException {
    super.resumeReading();
    if (tls.hasMore()) {
      worker.loop.execute(this::onReady);
    }
  }

  @Override
  void releaseState() {
    server().buffers.release(reserved);
    reserved = 0;
  }

  @Override
  boolean isOpened() {
    return opened;
  }
}

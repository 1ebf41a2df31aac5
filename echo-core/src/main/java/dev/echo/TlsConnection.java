package dev.echo;

import java.io.IOException;
import java.nio.channels.ByteChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/** A connection under TLS: it opens when its {@link Handshake} is done, and ends with close_notify. */
final class TlsConnection extends Connection {

  private TlsChannel tls;
  private boolean opened;

  TlsConnection(EventLoop loop, Endpoint peer) {
    super(loop, peer);
  }

  @Override
  void open(SocketChannel channel) {
    try {
      tls = new TlsChannel(channel, server().config.tls.acceptingEngine(), loop.tlsBuffers);
      key = loop.register(channel, SelectionKey.OP_READ, this);
      key.attach(new Handshake(this, tls));
    } catch (Throwable e) {
      events().close(channel, peer);
      fail("Open", e);
    }
  }

  /** Called once, by the handshake. */
  void opened() {
    opened = true;
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
  boolean sayGoodbye() {
    try {
      return tls.endOutput();
    } catch (IOException e) {
      return true; // it is gone, and need not be told
    }
  }

  @Override
  void readOn() throws IOException {
    super.readOn();
    if (tls.hasMore()) {
      loop.execute(this::onReady);
    }
  }

  @Override
  void tellClosed() {
    if (opened) {
      super.tellClosed();
    }
  }
}

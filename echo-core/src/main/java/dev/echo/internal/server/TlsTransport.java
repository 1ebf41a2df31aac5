package dev.echo.internal.server;

import dev.echo.internal.BufferLimit;
import dev.echo.internal.tls.TlsChannel;
import java.io.IOException;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;

/** TLS between a connection and its socket; what it takes is reserved. */
final class TlsTransport extends Transport {

  /** What the state of a handshake takes at most, with what the peer can make it keep. */
  private static final int HANDSHAKE_BYTES = 36_000;

  /** What the state of a connection takes at most. */
  private static final int SESSION_BYTES = 12_000;

  final TlsChannel tls;
  private final BufferLimit buffers;
  private int reserved;

  /** Whether the handshake is done. */
  private boolean isOpened;

  TlsTransport(SocketChannel socket, Worker worker) throws IOException {
    buffers = worker.server.buffers;
    buffers.reserve(HANDSHAKE_BYTES);
    reserved = HANDSHAKE_BYTES;
    try {
      tls = new TlsChannel(
          socket, worker.server.config.tls.acceptingEngine(), worker.tlsBuffers, buffers);
    } catch (Throwable e) {
      release();
      throw e;
    }
  }

  /** Called once, when the handshake is done. */
  void opened() {
    isOpened = true;
    buffers.release(reserved - SESSION_BYTES);
    reserved = SESSION_BYTES;
  }

  @Override
  ByteChannel channel(SocketChannel socket) {
    return tls;
  }

  @Override
  boolean isOpened() {
    return isOpened;
  }

  @Override
  boolean hasMore() {
    return tls.hasMore();
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
  void abort(SocketChannel socket) throws IOException {
    tls.abort();
  }

  @Override
  void release() {
    buffers.release(reserved);
    reserved = 0;
  }
}

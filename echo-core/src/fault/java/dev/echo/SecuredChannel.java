package dev.echo;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;

/** The client's side of TLS over a socket that does not block, by none of our code. */
final class SecuredChannel implements ByteChannel {

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final SocketChannel socket;
  private final SSLEngine engine;
  private ByteBuffer unread = NOTHING;
  private ByteBuffer opened = NOTHING;
  private ByteBuffer unsent = NOTHING;

  SecuredChannel(SocketChannel socket, SSLEngine engine) throws SSLException {
    this.socket = socket;
    this.engine = engine;
    engine.beginHandshake();
  }

  /** Goes on with the handshake, and returns whether it is done; else more has to be received. */
  boolean handshake() throws IOException {
    while (flush()) {
      switch (engine.getHandshakeStatus()) {
        case NEED_TASK -> engine.getDelegatedTask().run();
        case NEED_WRAP -> wrap(NOTHING);
        case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
          if (unwrap(NOTHING) == Status.BUFFER_UNDERFLOW && receive() == 0) {
            return false;
          }
        }
        case FINISHED, NOT_HANDSHAKING -> {
          return true;
        }
      }
    }
    return false;
  }

  @Override
  public int read(ByteBuffer plain) throws IOException {
    while (!opened.hasRemaining()) {
      // The engine asks for more room than there is in the end.
      ByteBuffer record = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
      Status status = unwrap(record);
      opened = record.flip();
      if (status == Status.CLOSED) {
        return -1;
      } else if (status == Status.BUFFER_UNDERFLOW && receive() == 0) {
        return 0;
      }
    }
    int count = Math.min(opened.remaining(), plain.remaining());
    plain.put(opened.slice(opened.position(), count));
    opened.position(opened.position() + count);
    return count;
  }

  /** What it takes may still be {@linkplain #flush() on its way}. */
  @Override
  public int write(ByteBuffer plain) throws IOException {
    int before = plain.position();
    while (plain.hasRemaining() && flush()) {
      wrap(plain);
    }
    flush();
    return plain.position() - before;
  }

  /** Returns whether the socket has taken all there was. */
  boolean flush() throws IOException {
    if (unsent.hasRemaining()) {
      socket.write(unsent);
    }
    return !unsent.hasRemaining();
  }

  private void wrap(ByteBuffer plain) throws IOException {
    ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    if (engine.wrap(plain, record).getStatus() == Status.CLOSED) {
      throw new SSLException("closed");
    }
    unsent = record.flip();
  }

  private Status unwrap(ByteBuffer plain) throws IOException {
    return engine.unwrap(unread, plain).getStatus();
  }

  /** Returns how much there was. */
  private int receive() throws IOException {
    ByteBuffer more = ByteBuffer.allocate(unread.remaining() + 16_384).put(unread);
    int received = socket.read(more);
    unread = more.flip();
    if (received < 0) {
      throw new SSLException("cut off");
    }
    return received;
  }

  @Override
  public boolean isOpen() {
    return socket.isOpen();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}

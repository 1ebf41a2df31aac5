package dev.echo.internal.tls;

import dev.echo.internal.BufferLimit;
import dev.echo.internal.ProxyHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSession;

/**
 * Plain bytes over a non-blocking socket that carries TLS (RFC 8446, RFC 5246). It never waits, and
 * holds nothing between two calls but what it must: an incomplete record, and records that the
 * socket did not take.
 */
public final class TlsChannel implements ByteChannel {

  /** What the handshake waits for. */
  public enum Need {
    NOTHING,
    INPUT,
    OUTPUT,
    TASKS
  }

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  /** How much may wait of what a peer is to be told, answers to its key updates above all. */
  private static final int MAX_UNSENT_ANSWERS = 16_384;

  /** How much may come before the handshake is done; messages of 32 KB are the JDK's limit. */
  private static final int MAX_HANDSHAKE_SIZE = 262_144;

  private final ByteChannel socket;
  private final SSLEngine engine;
  private final TlsBuffers buffers;
  private final BufferLimit limit;
  private final int recordSize;

  /** Received and not decrypted yet, or null. */
  private ByteBuffer unread;

  /** Whether the above begins with a whole record, for which no more needs to come. */
  private boolean recordIsUnread;

  /** Whether close_notify came with what was read last. */
  private boolean endIsUnread;

  private int handshakeSize;

  /** Encrypted and not sent yet, or null. */
  private ByteBuffer unsent;

  /** How many bytes are in {@link #unsent} that {@link #write} has not reported as written. */
  private int unreportedBytes;

  /** How many bytes were put into {@link #unsent} without being written by anyone. */
  private int unsentAnswers;

  private boolean hasSent;
  private boolean speaksTls;

  /** Whether tasks may be running, for which every call of the engine would wait. */
  private boolean tasksMayRun;

  /**
   * @param limit where the room of what is held between two calls is reserved
   */
  public TlsChannel(ByteChannel socket, SSLEngine engine, TlsBuffers buffers, BufferLimit limit)
      throws SSLException {
    this.socket = socket;
    this.engine = engine;
    this.buffers = buffers;
    this.limit = limit;
    this.recordSize = engine.getSession().getPacketBufferSize();
    engine.beginHandshake();
  }

  public SSLSession session() {
    return engine.getSession();
  }

  /**
   * Goes on with the handshake as far as it gets, and returns what has to happen next. To be called
   * again when that has happened. Reads the socket at most once, so that a fast peer cannot
   * monopolize the loop.
   */
  public Need handshake() throws IOException {
    tasksMayRun = false;
    boolean mayReceive = true;
    while (flush()) {
      // No switch: its table would be a class that is initialized when there may be no memory.
      HandshakeStatus status = engine.getHandshakeStatus();
      if (status == HandshakeStatus.NEED_TASK) {
        tasksMayRun = true;
        return Need.TASKS;
      } else if (status == HandshakeStatus.NEED_WRAP) {
        answer();
      } else if (status == HandshakeStatus.FINISHED || status == HandshakeStatus.NOT_HANDSHAKING) {
        return Need.NOTHING;
      } else {
        boolean receives = !recordIsUnread;
        if (receives && !mayReceive) {
          return Need.INPUT;
        }
        mayReceive &= !receives;
        unwrapHandshake(receives);
      }
    }
    return Need.OUTPUT;
  }

  /** Runs what takes long; may be called on any thread, while nothing else is. */
  public void runTasks() {
    for (Runnable task = engine.getDelegatedTask();
        task != null;
        task = engine.getDelegatedTask()) {
      task.run();
    }
  }

  private void unwrapHandshake(boolean receives) throws IOException {
    ByteBuffer in = takeUnread();
    if (receives) {
      receiveHandshake(in);
    }
    in.flip();
    requireTls(in);
    Status status;
    do {
      status = engine.unwrap(in, NOTHING).getStatus();
    } while (status == Status.OK
        && in.hasRemaining()
        && engine.getHandshakeStatus() == HandshakeStatus.NEED_UNWRAP);
    keepUnread(in);
    recordIsUnread = status == Status.OK && unread != null;
    if (status == Status.CLOSED) {
      throw new SSLHandshakeException("closed by the peer");
    }
  }

  private void receiveHandshake(ByteBuffer in) throws IOException {
    int count = socket.read(in);
    if (count < 0) {
      throw new SSLHandshakeException(
          "closed by the peer, which may want no TLS or none of what is offered");
    }
    handshakeSize += count;
    if (handshakeSize > MAX_HANDSHAKE_SIZE) {
      throw new SSLHandshakeException(
          "not done after " + handshakeSize + " bytes, the limit is " + MAX_HANDSHAKE_SIZE);
    }
  }

  /** The JDK's error for bytes that are no record does not say so. */
  private void requireTls(ByteBuffer in) throws SSLException {
    if (!speaksTls && in.hasRemaining()) {
      if (ProxyHeader.begins(in)) {
        throw new SSLException(ProxyHeader.UNEXPECTED);
      } else if (!TlsRecords.mayBegin(in, engine.getUseClientMode())) {
        throw new SSLException("the peer does not speak TLS");
      }
      speaksTls = true;
    }
  }

  /**
   * {@inheritDoc}
   *
   * @param plain with room for as much as is received at a time
   * @return the number of bytes, 0 if there are none now, or -1 if the peer has said that it
   *     sends no more
   * @throws SSLException if the stream ends without that, or is not as the protocol asks
   */
  @Override
  public int read(ByteBuffer plain) throws IOException {
    int before = plain.position();
    ByteBuffer in = takeUnread();
    int received = socket.read(in);
    in.flip();
    try {
      unwrap(in, plain, before);
    } finally {
      keepUnread(in);
    }
    if (plain.position() > before) {
      return plain.position() - before;
    } else if (engine.isInboundDone()) {
      endIsUnread = false;
      return -1;
    } else if (received < 0) {
      throw new SSLException("the stream was cut off: it ended without close_notify");
    }
    return 0;
  }

  private void unwrap(ByteBuffer in, ByteBuffer plain, int before) throws IOException {
    recordIsUnread = false;
    while (in.hasRemaining()) {
      // After close_notify TLS 1.2 can send nothing, so what came before is answered first.
      if (plain.position() > before && TlsRecords.isLastAlert(in)) {
        recordIsUnread = true;
        return;
      }
      Status status = engine.unwrap(in, plain).getStatus();
      if (engine.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
        throw new SSLException("the peer asks for renegotiation");
      }
      answerIfNeeded();
      if (status != Status.OK) {
        endIsUnread |= status == Status.CLOSED;
        return;
      }
    }
  }

  private void answerIfNeeded() throws IOException {
    if (engine.getHandshakeStatus() != HandshakeStatus.NEED_WRAP) {
      return;
    }
    try {
      answer();
    } catch (IOException e) {
      if (!engine.isInboundDone()) {
        throw e;
      } // else it has said goodbye, and need not hear ours
    }
  }

  /** Whether {@link #read} has something to tell although nothing more was received. */
  public boolean hasMore() {
    return recordIsUnread || endIsUnread;
  }

  /** Whether not a byte has come from the peer. */
  public boolean hasHeardNothing() {
    return handshakeSize == 0;
  }

  private ByteBuffer takeUnread() {
    ByteBuffer in = buffers.in();
    if (unread != null) {
      in.put(unread);
      dropUnread();
    }
    return in;
  }

  private void keepUnread(ByteBuffer in) {
    unread = in.hasRemaining() ? keep(in, NOTHING) : null;
  }

  private void dropUnread() {
    if (unread != null) {
      limit.release(unread.capacity());
      unread = null;
    }
  }

  private void dropUnsent() {
    if (unsent != null) {
      limit.release(unsent.capacity());
      unsent = null;
    }
  }

  /** Copies what both have left, in this order. */
  private ByteBuffer keep(ByteBuffer first, ByteBuffer second) {
    int size = first.remaining() + second.remaining();
    return limit.allocate(size).put(first).put(second).flip();
  }

  /**
   * {@inheritDoc}
   *
   * <p>Bytes count as written when the socket has taken the records that hold them. After a short
   * write the next one must begin with the bytes that are left, which are encrypted already.
   */
  @Override
  public int write(ByteBuffer plain) throws IOException {
    int before = plain.position();
    if (flush()) {
      plain.position(before + unreportedBytes);
      unreportedBytes = 0;
      while (plain.hasRemaining() && writeSome(plain)) {
        // The buffer for records may be smaller than what is to be written.
      }
    }
    return plain.position() - before;
  }

  /** Returns whether the socket took it all. */
  private boolean writeSome(ByteBuffer plain) throws IOException {
    int before = plain.position();
    ByteBuffer out = buffers.out();
    while (plain.hasRemaining() && out.remaining() >= recordSize) {
      if (engine.wrap(plain, out).bytesProduced() == 0) {
        throw new SSLException("the peer has closed the connection");
      }
    }
    if (send(out.flip())) {
      return true;
    }
    unreportedBytes = plain.position() - before;
    plain.position(before);
    return false;
  }

  /** Sends what the engine has to say of its own: handshake, key updates, alerts. */
  private void answer() throws IOException {
    ByteBuffer out = buffers.out();
    boolean more = true;
    while (more && out.remaining() >= recordSize) {
      more = engine.wrap(NOTHING, out).bytesProduced() > 0
          && engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP;
    }
    int size = out.position();
    if (!send(out.flip())) {
      unsentAnswers += size;
      if (unsentAnswers > MAX_UNSENT_ANSWERS) {
        throw new SSLException("the peer does not take the answers that it asks for: "
            + unsentAnswers + " bytes wait, the limit is " + MAX_UNSENT_ANSWERS);
      }
    }
  }

  /** Sends records behind those that wait; returns whether none is left. */
  private boolean send(ByteBuffer records) throws IOException {
    if (unsent == null) {
      hasSent |= socket.write(records) > 0;
      unsent = records.hasRemaining() ? keep(records, NOTHING) : null;
    } else {
      ByteBuffer all = keep(unsent, records);
      dropUnsent();
      unsent = all;
    }
    return unsent == null;
  }

  /** Returns whether the socket has taken all that was to be sent. */
  private boolean flush() throws IOException {
    if (unsent != null) {
      hasSent |= socket.write(unsent) > 0;
      if (unsent.hasRemaining()) {
        return false;
      }
      dropUnsent();
      unsentAnswers = 0;
    }
    return true;
  }

  /** Whether the socket has taken something since this was asked for the last time. */
  public boolean hasSent() {
    boolean sent = hasSent;
    hasSent = false;
    return sent;
  }

  /** Says by close_notify that no more is sent, and returns whether the socket has taken it. */
  public boolean endOutput() throws IOException {
    engine.closeOutbound();
    if (!engine.isOutboundDone()) {
      answer();
    }
    return flush();
  }

  @Override
  public boolean isOpen() {
    return socket.isOpen();
  }

  /** Closes the socket, after telling the peer as far as it listens. */
  @Override
  public void close() throws IOException {
    if (isOpen()) {
      try {
        if (!tasksMayRun) {
          endOutput();
        }
      } catch (IOException | BufferLimit.Exceeded e) {
        // It is gone, or there is no room to wait for it, and need not be told.
      } finally {
        abort();
      }
    }
  }

  /** Closes the socket without close_notify. */
  public void abort() throws IOException {
    dropUnread();
    dropUnsent();
    socket.close();
  }
}

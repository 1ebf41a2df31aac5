package dev.echo.internal.server;

import dev.echo.EchoTimeoutException;
import dev.echo.Endpoint;
import dev.echo.QuitScope;
import dev.echo.internal.BufferLimit;
import dev.echo.internal.IoErrors;
import dev.echo.internal.ProxyHeader;
import dev.echo.internal.Settings;
import dev.echo.internal.codec.Bytes;
import dev.echo.internal.codec.FrameDecoder;
import dev.echo.internal.codec.WriteBuffer;
import dev.echo.internal.loop.EventSource;
import dev.echo.internal.tls.TlsRecords;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLException;

/**
 * One accepted stream socket: it reads or it answers, never both, so that a peer that does not take
 * its replies is not read from.
 *
 * <pre>
 *                 replies not taken at once
 *   ┌─────────┐ ────────────────────────────► ┌─────────┐
 *   │ READING │ ◄──────────────────────────── │ WRITING │
 *   └─────────┘       all replies written     └─────────┘
 *     │     ▲                                      ▲
 *     ▼     │            with an executor          │
 *   ┌───────────┐                                  │
 *   │ ANSWERING │ ─────────────────────────────────┘
 *   └───────────┘
 *
 *   quit, failure, shutdown: replies written, then half-closed    ──► DRAINING ──► CLOSED
 *   end of the peer's stream: replies written                     ──────────────► CLOSED
 * </pre>
 */
class Connection extends EventSource {

  enum State {
    READING,
    ANSWERING,
    WRITING,
    DRAINING,
    CLOSED
  }

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  /** How much of a message is a sign of life: less in the idle timeout is a peer that dawdles. */
  private static final int PROGRESS_BYTES = 1024;

  // Thousands may be idle: the fields are as few and as small as can be.

  final Worker worker;
  final Endpoint peer;
  SelectionKey key;

  /** Null while there is none. */
  private Leftovers leftovers;

  /** When the last replies were written, or a part of them or of a message has passed. */
  private long lastActive;

  /** Read by the executor, too, which stops answering when the connection was closed. */
  private volatile byte state = (byte) State.READING.ordinal();

  /** No more is read: after the end of the stream, quit, a failure, or shutdown. */
  private boolean inputEnded;

  private boolean endOfStream;

  /** Whether anything has arrived. */
  private boolean hasBegun;

  Connection(Worker worker, Endpoint peer) {
    this.worker = worker;
    this.peer = peer;
  }

  /** Called once, on the loop. */
  void open(SocketChannel channel) {
    try {
      events().opened(peer);
      key = worker.loop.register(channel, SelectionKey.OP_READ, this);
      active();
    } catch (Throwable e) {
      events().close(channel, peer); // which has no key to be found by
      fail("Open", e);
    }
  }

  final StreamServer server() {
    return worker.server;
  }

  final ServerEvents events() {
    return worker.server.events;
  }

  final SocketChannel socket() {
    return (SocketChannel) key.channel();
  }

  /** Where plain bytes come from and go to. */
  ByteChannel channel() {
    return socket();
  }

  /** Says that no more is sent, if there is a way, and returns whether the socket has taken it. */
  boolean sendCloseNotify() {
    return true;
  }

  /** Whether the socket has taken more of what it was given, although not all that belongs together. */
  boolean hasSentRecords() {
    return false;
  }

  private BufferLimit buffers() {
    return server().buffers;
  }

  private boolean is(State one) {
    return state == one.ordinal();
  }

  private Leftovers leftovers() {
    if (leftovers == null) {
      leftovers = new Leftovers();
    }
    return leftovers;
  }

  private Bytes partial() {
    return leftovers == null ? null : leftovers.partial;
  }

  @Override
  public boolean onReady() {
    try {
      if (is(State.READING)) {
        return read();
      } else if (is(State.WRITING)) {
        writeUnsent();
      }
    } catch (Throwable e) { // never at the expense of the other connections
      fail("Serve", e);
    }
    return false;
  }

  /** Returns whether there was something, and the connection reads on. */
  private boolean read() throws IOException {
    ByteBuffer in = worker.in();
    if (!receive(in) || in.position() == 0 && !endOfStream) {
      return false;
    }
    in.flip();
    if (!hasBegun) {
      hasBegun = true;
      if (server().config.detectsProtocols) {
        refuseOtherProtocols(in);
      }
    }
    answer(in);
    return is(State.READING);
  }

  /** What is meant for another server may well be valid messages, such as one to quit. */
  private static void refuseOtherProtocols(ByteBuffer in) throws IOException {
    if (TlsRecords.isClientHello(in)) {
      throw new SSLException("the other side wants TLS, which this server does not speak");
    } else if (ProxyHeader.begins(in)) {
      throw new IOException(ProxyHeader.UNEXPECTED);
    }
  }

  /** Returns whether the connection still stands. */
  private boolean receive(ByteBuffer in) {
    try {
      endOfStream = channel().read(in) < 0;
      inputEnded |= endOfStream;
      return true;
    } catch (IOException e) {
      if (partial() == null && !(e instanceof SSLException)) {
        close(); // reset between messages: nothing is lost
      } else {
        fail("Read from", e);
      }
      return false;
    }
  }

  /** Answers every message in the buffer, unless the peer stops taking the replies. */
  private void answer(ByteBuffer in) throws IOException {
    if (server().config.executor != null && (in.hasRemaining() || partial() != null)) {
      leftovers().keepUnread(in, buffers());
      answerOnExecutor();
      return;
    }
    boolean more;
    do {
      Replies replies = worker.replies();
      boolean written;
      try {
        more = respond(in, worker.decoder(), replies);
        written = write(replies);
      } finally {
        replies.clear();
      }
      if (!written) {
        if (more && !is(State.CLOSED)) {
          leftovers().keepUnread(in, buffers());
        }
        return;
      }
    } while (more);
    if (leftovers != null) {
      leftovers.dropUnread(buffers());
    }
    resumeReading();
  }

  private void answerOnExecutor() {
    setState(State.ANSWERING, 0);
    StreamServer server = server();
    ReplyTask answering = null;
    try {
      answering = new ReplyTask(this, leftovers.unread());
      Runnable task = answering;
      server.config.executor.execute(() -> server.runInside(task));
    } catch (Throwable e) {
      if (answering == null || answering.begin()) {
        setState(State.READING, 0); // it is this loop's again
        throw e;
      }
      events().failed(peer, e); // of an executor that has taken it all the same
    }
  }

  /**
   * Called on the loop with what was made on the executor.
   *
   * @param replies null if not even that could be made
   * @param failure null if it went well
   */
  void answered(Replies replies, boolean more, Throwable failure) {
    try {
      if (failure != null) {
        fail("Serve", failure);
      } else if (!is(State.CLOSED)) {
        goOn(replies, more);
      }
    } catch (Throwable e) {
      fail("Serve", e);
    } finally {
      if (is(State.CLOSED)) {
        dropLeftovers(); // which it left to the executor
      }
      if (replies != null) {
        replies.release();
      }
    }
  }

  private void goOn(Replies replies, boolean more) throws IOException {
    worker.loop.wakeUpAt(lastActive + server().idleNanos); // its deadline may have been passed over
    if (!more) {
      leftovers.dropUnread(buffers());
    }
    boolean written = write(replies);
    if (written && more) {
      answerOnExecutor();
    } else if (written) {
      resumeReading();
    }
  }

  /** Adds replies until the input is used up or they are enough for one write; returns the latter. */
  boolean respond(ByteBuffer in, FrameDecoder decoder, Replies replies) {
    decoder.resume(partial());
    try {
      while (!replies.isFull() && !is(State.CLOSED)) {
        boolean atEnd = !in.hasRemaining();
        boolean isDone = atEnd && !(endOfStream && decoder.hasPartial());
        if (isDone || server().isForced()) {
          return false;
        }
        if (!respondToNext(in, atEnd, decoder, replies)) {
          decoder.discard();
          in.position(in.limit());
          inputEnded = true;
          return false;
        }
      }
      return true;
    } finally {
      keepPartial(decoder.suspend());
      replies.publishTo(events());
    }
  }

  private boolean respondToNext(
      ByteBuffer in, boolean atEnd, FrameDecoder decoder, Replies replies) {
    try {
      FrameDecoder.Result result = atEnd ? decoder.end() : decoder.next(in);
      return handle(result, atEnd, decoder, replies);
    } catch (BufferLimit.Exceeded e) {
      decoder.discard();
      events().dropped(peer, e);
      return false;
    }
  }

  private void keepPartial(Bytes partial) {
    if (partial != partial()) {
      Leftovers kept = leftovers();
      kept.partial = partial;
      kept.seen = 0;
    }
  }

  /** Returns whether the connection goes on after what was decoded. */
  private boolean handle(
      FrameDecoder.Result result, boolean atEnd, FrameDecoder decoder, Replies replies) {
    if (result == FrameDecoder.Result.FRAME) {
      return respondTo(decoder, replies);
    }
    if (result == FrameDecoder.Result.TOO_LARGE) {
      events().dropped(peer, IoErrors.tooLarge(peer, decoder.size, decoder.limit));
      return false;
    }
    if (atEnd) {
      events().dropped(peer, new EOFException("The stream from " + peer + " ended inside a frame"));
    }
    return !atEnd;
  }

  private boolean respondTo(FrameDecoder decoder, Replies replies) {
    StreamServer server = server();
    Responder.Outcome outcome = server.responder.respond(
        decoder.bytes, decoder.from, decoder.to, decoder.ending, peer, replies);
    if (outcome == Responder.Outcome.QUIT && server.config.quitScope == QuitScope.SERVER) {
      server.shutdown();
    }
    return outcome == Responder.Outcome.REPLIED;
  }

  /** Writes the replies; what the socket does not take is kept, and false returned. */
  private boolean write(Replies replies) {
    if (replies.isEmpty()) {
      return true;
    }
    active();
    ByteBuffer out = replies.view();
    boolean written = writeNow(out);
    if (!written && !is(State.CLOSED)) {
      leftovers().keepUnsent(out, buffers());
      setState(State.WRITING, SelectionKey.OP_WRITE);
    }
    return written;
  }

  private boolean writeNow(ByteBuffer out) {
    try {
      return WriteBuffer.write(channel(), out);
    } catch (IOException e) {
      fail("Write to", e);
      return false;
    }
  }

  private void writeUnsent() throws IOException {
    ByteBuffer unsent = leftovers.unsent();
    int before = unsent.position();
    boolean written = writeNow(unsent);
    if (is(State.CLOSED)) {
      return;
    }
    if (unsent.position() > before || hasSentRecords()) {
      active(); // slow, but not idle
    }
    if (!written) {
      return;
    }
    leftovers.dropUnsent(buffers());
    ByteBuffer unread = leftovers.unread();
    if (unread == null) {
      resumeReading();
    } else {
      answer(unread);
    }
  }

  /** All that was received is answered: more is read, or the connection ends. */
  void resumeReading() throws IOException {
    if (!inputEnded) {
      if (leftovers != null) {
        noticeProgress();
      }
      setState(State.READING, SelectionKey.OP_READ);
    } else if (!sendCloseNotify()) {
      leftovers().keepUnsent(NOTHING, buffers()); // to try again when there is room
      setState(State.WRITING, SelectionKey.OP_WRITE);
    } else if (endOfStream) {
      close();
    } else {
      startDraining();
    }
  }

  private void noticeProgress() {
    Bytes partial = leftovers.partial;
    if (partial != null && partial.size() - leftovers.seen >= PROGRESS_BYTES) {
      leftovers.seen = partial.size();
      active();
    } else if (leftovers.isEmpty()) {
      leftovers = null;
    }
  }

  private void startDraining() {
    try {
      socket().shutdownOutput();
    } catch (IOException e) {
      close(); // the peer is gone already
      return;
    }
    setState(State.DRAINING, SelectionKey.OP_READ);
    key.attach(new LingeringClose(this, channel()));
  }

  @Override
  public long deadline() {
    boolean waiting = is(State.READING) || is(State.WRITING);
    return waiting ? lastActive + server().idleNanos : NEVER;
  }

  @Override
  public void onDeadline() {
    onReady(); // the loop may be late, as when the process was stopped, and the peer in time
    if (deadline() > worker.loop.now()) {
      return;
    }
    String what = is(State.READING) ? "No message from " : "No reply taken by ";
    String idle = Settings.text(server().config.idleTimeout);
    fail(new EchoTimeoutException(what + peer + " for " + idle));
  }

  @Override
  public void shutdown() {
    inputEnded = true;
    if (!is(State.READING)) {
      return; // what was received is answered first
    }
    try {
      ByteBuffer in = worker.in();
      boolean quiet =
          partial() == null && worker.loop.now() - lastActive > LingeringClose.QUIET_NANOS;
      if (!receive(in)) {
        return;
      }
      if (quiet && in.position() == 0) {
        close(); // nothing is on its way in either direction
      } else {
        answer(in.flip());
      }
    } catch (Throwable e) {
      fail("Shut down", e);
    }
  }

  /** Ends the connection for a reason that says what was done and where. */
  final void fail(Throwable reason) {
    end(null, reason);
  }

  @Override
  public final void fail(String operation, Throwable error) {
    end(operation, error);
  }

  @Override
  public void close() {
    end(null, null);
  }

  /**
   * Frees what the connection holds, and then tells of it, for which there may be no memory.
   *
   * @param operation null if the reason says what was done
   * @param reason null if there is nothing to tell but the end
   */
  private void end(String operation, Throwable reason) {
    if (is(State.CLOSED)) {
      return;
    }
    boolean answering = is(State.ANSWERING);
    state = (byte) State.CLOSED.ordinal();
    try {
      free(answering);
    } finally {
      try {
        if (operation != null) {
          events().failed(operation, peer, reason);
        } else if (reason != null) {
          events().failed(peer, reason);
        }
      } finally {
        notifyClosed();
      }
    }
  }

  /**
   * @param answering whether the leftovers are the executor's
   */
  private void free(boolean answering) {
    try {
      if (!answering) {
        dropLeftovers();
      }
      releaseState();
    } finally {
      if (key != null) {
        worker.loop.deregistered();
        events().close(channel(), peer);
      }
    }
  }

  private void dropLeftovers() {
    if (leftovers != null) {
      leftovers.drop(buffers());
      leftovers = null;
    }
  }

  private void notifyClosed() {
    try {
      if (isOpened()) {
        events().closed(peer);
      }
    } finally {
      server().connectionClosed();
    }
  }

  /** Gives back what is reserved for the state of the transport. */
  void releaseState() {}

  /** Whether the listener was told of it. */
  boolean isOpened() {
    return true;
  }

  final void active() {
    lastActive = worker.loop.now();
    worker.loop.wakeUpAt(lastActive + server().idleNanos);
  }

  private void setState(State next, int operations) {
    if (!is(next)) {
      state = (byte) next.ordinal();
      key.interestOps(operations);
    }
  }
}

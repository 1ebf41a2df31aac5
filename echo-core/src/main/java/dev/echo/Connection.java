package dev.echo;

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

  private enum State {
    READING,
    ANSWERING,
    WRITING,
    DRAINING,
    CLOSED
  }

  // Thousands may be idle: the fields are as few and as small as can be.

  final EventLoop loop;
  final Endpoint peer;
  SelectionKey key;

  /** Null while there is none. */
  private Leftovers leftovers;

  /** When the last replies were written. */
  private long lastActive;

  /** Read by the executor, too, which stops answering when the connection was closed. */
  private volatile byte state = (byte) State.READING.ordinal();

  /** No more is read: after the end of the stream, quit, a failure, or shutdown. */
  private boolean inputEnded;

  private boolean endOfStream;

  Connection(EventLoop loop, Endpoint peer) {
    this.loop = loop;
    this.peer = peer;
  }

  /** Called once, on the loop. */
  void open(SocketChannel channel) {
    try {
      events().opened(peer);
      key = loop.register(channel, SelectionKey.OP_READ, this);
      active();
    } catch (Throwable e) {
      events().close(channel, peer); // which has no key to be found by
      fail("Open", e);
    }
  }

  final StreamServer server() {
    return loop.server;
  }

  final ServerEvents events() {
    return loop.server.events;
  }

  final SocketChannel socket() {
    return (SocketChannel) key.channel();
  }

  /** Where plain bytes come from and go to. */
  ByteChannel channel() {
    return socket();
  }

  /** Says that no more is sent, if there is a way, and returns whether the socket has taken it. */
  boolean sayGoodbye() {
    return true;
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
  boolean onReady() {
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
    ByteBuffer in = loop.in();
    if (!receive(in) || in.position() == 0 && !endOfStream) {
      return false;
    }
    in.flip();
    if (TlsRecords.isClientHello(in) && server().config.refusesTls && partial() == null) {
      throw new SSLException("the other side wants TLS, which this server does not speak");
    }
    answer(in);
    return is(State.READING);
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
      leftovers().unread = Sockets.copy(in);
      answerOnExecutor();
      return;
    }
    boolean more;
    do {
      Replies replies = loop.replies();
      more = respond(in, loop.decoder(), replies);
      if (!write(replies)) {
        if (more) {
          leftovers().unread = Sockets.copy(in);
        }
        return;
      }
    } while (more);
    readOn();
  }

  private void answerOnExecutor() {
    setState(State.ANSWERING, 0);
    StreamServer server = server();
    Answering answering = new Answering(this, leftovers.unread);
    server.config.executor.execute(() -> server.runInside(answering));
  }

  void answered(Replies replies, boolean more) {
    if (!is(State.ANSWERING)) {
      return;
    }
    try {
      loop.wakeUpAt(lastActive + server().idleNanos); // its deadline may have been passed over
      if (!more) {
        leftovers.unread = null;
      }
      boolean written = write(replies);
      if (written && more) {
        answerOnExecutor();
      } else if (written) {
        readOn();
      }
    } catch (Throwable e) {
      fail("Serve", e);
    }
  }

  /** Adds replies until the input is used up or they are enough for one write; returns the latter. */
  boolean respond(ByteBuffer in, FrameDecoder decoder, Replies replies) {
    decoder.resume(partial());
    try {
      while (!replies.isFull() && !is(State.CLOSED)) {
        boolean atEnd = !in.hasRemaining();
        if (atEnd && !(endOfStream && decoder.hasPartial())) {
          return false;
        }
        FrameDecoder.Result result = atEnd ? decoder.end() : decoder.next(in);
        if (!handle(result, atEnd, decoder, replies)) {
          decoder.suspend();
          in.position(in.limit());
          inputEnded = true;
          return false;
        }
      }
      return true;
    } finally {
      Bytes partial = decoder.suspend();
      if (partial != null || leftovers != null) {
        leftovers().partial = partial;
      }
      replies.publishTo(events());
    }
  }

  /** Returns whether the connection goes on after what was decoded. */
  private boolean handle(
      FrameDecoder.Result result, boolean atEnd, FrameDecoder decoder, Replies replies) {
    if (result == FrameDecoder.Result.FRAME) {
      return respondTo(decoder, replies);
    }
    if (result == FrameDecoder.Result.TOO_LARGE) {
      events().dropped(peer, MessageTooLargeException.received(peer, decoder.size, decoder.limit));
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
      leftovers().unsent = Sockets.copy(out);
      setState(State.WRITING, SelectionKey.OP_WRITE);
    }
    return written;
  }

  private boolean writeNow(ByteBuffer out) {
    try {
      return Sockets.write(channel(), out);
    } catch (IOException e) {
      fail("Write to", e);
      return false;
    }
  }

  private void writeUnsent() throws IOException {
    if (!writeNow(leftovers.unsent)) {
      return;
    }
    leftovers.unsent = null;
    active();
    ByteBuffer unread = leftovers.unread;
    leftovers.unread = null;
    if (unread == null) {
      readOn();
    } else {
      answer(unread);
    }
  }

  /** All that was received is answered: more is read, or the connection ends. */
  void readOn() throws IOException {
    if (!inputEnded) {
      if (leftovers != null && leftovers.areNone()) {
        leftovers = null;
      }
      setState(State.READING, SelectionKey.OP_READ);
    } else if (!sayGoodbye()) {
      leftovers().unsent = ByteBuffer.allocate(0); // to try again when there is room
      setState(State.WRITING, SelectionKey.OP_WRITE);
    } else if (endOfStream) {
      close();
    } else {
      startDraining();
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
    key.attach(new Draining(this, loop, channel()));
  }

  @Override
  long deadline() {
    boolean waiting = is(State.READING) || is(State.WRITING);
    return waiting ? lastActive + server().idleNanos : NEVER;
  }

  @Override
  void onDeadline() {
    onReady(); // the loop may be late, as when the process was stopped, and the peer in time
    if (deadline() > loop.now()) {
      return;
    }
    String what = is(State.READING) ? "No message from " : "No reply taken by ";
    String idle = Settings.text(server().config.idleTimeout);
    events().failed(peer, new EchoTimeoutException(what + peer + " for " + idle));
    close();
  }

  @Override
  void shutdown() {
    inputEnded = true;
    if (!is(State.READING)) {
      return; // what was received is answered first
    }
    try {
      ByteBuffer in = loop.in();
      boolean quiet = partial() == null && loop.now() - lastActive > Draining.QUIET_NANOS;
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

  void fail(String operation, Throwable error) {
    if (!is(State.CLOSED)) {
      events().failed(operation, peer, error);
      close();
    }
  }

  @Override
  void close() {
    if (is(State.CLOSED)) {
      return;
    }
    boolean answering = is(State.ANSWERING);
    state = (byte) State.CLOSED.ordinal();
    if (!answering) { // else it is the executor's
      leftovers = null;
    }
    if (key != null) {
      events().close(channel(), peer);
      loop.deregistered();
    }
    try {
      tellClosed();
    } finally {
      server().connectionClosed();
    }
  }

  void tellClosed() {
    events().closed(peer);
  }

  final void active() {
    lastActive = loop.now();
    loop.wakeUpAt(lastActive + server().idleNanos);
  }

  private void setState(State next, int operations) {
    if (!is(next)) {
      state = (byte) next.ordinal();
      key.interestOps(operations);
    }
  }
}

package dev.echo;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;

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
 *
 * <p>Closing a socket with unread input would reset the peer, which may lose the replies on their
 * way: hence the draining.
 */
final class Connection extends EventSource {

  private enum State {
    READING,
    ANSWERING,
    WRITING,
    DRAINING,
    CLOSED
  }

  private static final long DRAIN_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long DRAIN_QUIET_NANOS = Duration.ofMillis(100).toNanos();

  private final StreamServer server;
  private final EventLoop loop;
  private final SocketChannel channel;
  private final Endpoint peer;
  private SelectionKey key;

  /** Read by the executor, too, which stops answering when the connection was closed. */
  private volatile State state = State.READING;

  /** When the last replies were written or, while draining, the last bytes were read. */
  private long lastActive;

  private long drainUntil;

  /** An incomplete frame, or null. */
  private Bytes partial;

  /** What was read and waits for earlier replies to be written, or null. */
  private ByteBuffer unread;

  /** Replies that the socket did not take yet, or null. */
  private ByteBuffer unsent;

  /** No more is read: after the end of the stream, quit, a failure, or shutdown. */
  private boolean inputEnded;

  private boolean endOfStream;

  Connection(StreamServer server, EventLoop loop, SocketChannel channel) throws IOException {
    this.server = server;
    this.loop = loop;
    this.channel = channel;
    this.peer = Sockets.endpoint(channel.getRemoteAddress());
    channel.configureBlocking(false);
    if (peer instanceof Endpoint.Tcp) {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }
  }

  /** Called once, on the loop. */
  void open() {
    server.events.opened(peer);
    try {
      key = loop.register(channel, SelectionKey.OP_READ, this);
      active();
    } catch (Throwable e) {
      fail("Open", e);
    }
  }

  @Override
  boolean onReady() {
    try {
      if (state == State.READING) {
        return read();
      } else if (state == State.WRITING) {
        writeUnsent();
      } else if (state == State.DRAINING) {
        drain();
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
    answer(in.flip());
    return state == State.READING;
  }

  /** Returns whether the connection still stands. */
  private boolean receive(ByteBuffer in) {
    try {
      endOfStream = channel.read(in) < 0;
      inputEnded |= endOfStream;
      return true;
    } catch (IOException e) {
      if (partial == null) {
        close(); // reset between messages: nothing is lost
      } else {
        fail("Read from", e);
      }
      return false;
    }
  }

  /** Answers every message in the buffer, unless the peer stops taking the replies. */
  private void answer(ByteBuffer in) throws IOException {
    if (server.config.executor != null && (in.hasRemaining() || partial != null)) {
      unread = Sockets.copy(in);
      answerOnExecutor();
      return;
    }
    boolean more;
    do {
      Replies replies = loop.replies();
      more = respond(in, loop.decoder(), replies);
      if (!write(replies)) {
        unread = more ? Sockets.copy(in) : null;
        return;
      }
    } while (more);
    readOn();
  }

  private void answerOnExecutor() {
    setState(State.ANSWERING, 0);
    server.config.executor.execute(() -> server.runInside(this::answerUnread));
  }

  /** Runs on the executor, which has the connection to itself until it gives it back to the loop. */
  private void answerUnread() {
    try {
      Replies replies = new Replies(unread.remaining());
      FrameDecoder decoder = FrameDecoder.of(server.config.framing, server.config.maxMessageSize);
      boolean more = respond(unread, decoder, replies);
      loop.execute(() -> answered(replies, more));
    } catch (Throwable e) { // without memory, the loop would wait for the answer for ever
      loop.execute(() -> fail("Serve", e));
    }
  }

  private void answered(Replies replies, boolean more) {
    if (state != State.ANSWERING) {
      return;
    }
    try {
      unread = more ? unread : null;
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
  private boolean respond(ByteBuffer in, FrameDecoder decoder, Replies replies) {
    decoder.resume(partial);
    try {
      while (!replies.isFull() && state != State.CLOSED) {
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
      partial = decoder.suspend();
      replies.publishTo(server.events);
    }
  }

  /** Returns whether the connection goes on after what was decoded. */
  private boolean handle(
      FrameDecoder.Result result, boolean atEnd, FrameDecoder decoder, Replies replies) {
    if (result == FrameDecoder.Result.FRAME) {
      return respondTo(decoder, replies);
    }
    if (result == FrameDecoder.Result.TOO_LARGE) {
      server.events.dropped(
          peer, MessageTooLargeException.received(peer, decoder.size, decoder.limit));
      return false;
    }
    if (atEnd) {
      server.events.dropped(
          peer, new EOFException("The stream from " + peer + " ended inside a frame"));
    }
    return !atEnd;
  }

  private boolean respondTo(FrameDecoder decoder, Replies replies) {
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
    if (!written && state != State.CLOSED) {
      unsent = Sockets.copy(out);
      setState(State.WRITING, SelectionKey.OP_WRITE);
    }
    return written;
  }

  private boolean writeNow(ByteBuffer out) {
    try {
      return Sockets.write(channel, out);
    } catch (IOException e) {
      fail("Write to", e);
      return false;
    }
  }

  private void writeUnsent() throws IOException {
    if (!writeNow(unsent)) {
      return;
    }
    unsent = null;
    active();
    ByteBuffer rest = unread;
    unread = null;
    if (rest == null) {
      readOn();
    } else {
      answer(rest);
    }
  }

  /** All that was received is answered: more is read, or the connection ends. */
  private void readOn() throws IOException {
    if (!inputEnded) {
      setState(State.READING, SelectionKey.OP_READ);
    } else if (endOfStream) {
      close();
    } else {
      startDraining();
    }
  }

  private void startDraining() {
    try {
      channel.shutdownOutput();
    } catch (IOException e) {
      close(); // the peer is gone already
      return;
    }
    lastActive = loop.now();
    drainUntil = lastActive + DRAIN_NANOS;
    setState(State.DRAINING, SelectionKey.OP_READ);
    loop.wakeUpAt(deadline());
  }

  private void drain() {
    try {
      if (channel.read(loop.in()) < 0) {
        close();
      } else {
        lastActive = loop.now();
      }
    } catch (IOException e) {
      close(); // the peer is gone, which is what was waited for
    }
  }

  @Override
  long deadline() {
    if (state == State.DRAINING) {
      return Math.min(lastActive + DRAIN_QUIET_NANOS, drainUntil);
    }
    boolean waiting = state == State.READING || state == State.WRITING;
    return waiting ? lastActive + server.idleNanos : NEVER;
  }

  @Override
  void onDeadline() {
    if (state != State.DRAINING) {
      String what = state == State.READING ? "No message from " : "No reply taken by ";
      server.events.failed(
          peer,
          new EchoTimeoutException(
              what + peer + " for " + Settings.text(server.config.idleTimeout)));
    }
    close();
  }

  @Override
  void shutdown() {
    inputEnded = true;
    if (state != State.READING) {
      return; // what was received is answered first
    }
    try {
      ByteBuffer in = loop.in();
      boolean quiet = partial == null && loop.now() - lastActive > DRAIN_QUIET_NANOS;
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

  private void fail(String operation, Throwable error) {
    if (state != State.CLOSED) {
      server.events.failed(
          peer, error instanceof IOException e ? Sockets.named(operation, peer, e) : error);
      close();
    }
  }

  @Override
  void close() {
    if (state == State.CLOSED) {
      return;
    }
    boolean answering = state == State.ANSWERING;
    state = State.CLOSED;
    if (!answering) { // else they are the executor's
      partial = null;
      unread = null;
    }
    unsent = null;
    try {
      channel.close();
    } catch (IOException e) {
      server.events.failed(peer, Sockets.named("Close", peer, e));
    }
    server.events.closed(peer);
    server.connectionClosed();
    if (key != null) {
      loop.deregistered();
    }
  }

  private void active() {
    lastActive = loop.now();
    loop.wakeUpAt(lastActive + server.idleNanos);
  }

  private void setState(State next, int operations) {
    if (state != next) {
      state = next;
      key.interestOps(operations);
    }
  }
}

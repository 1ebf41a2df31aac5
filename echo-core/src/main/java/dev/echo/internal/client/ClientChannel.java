package dev.echo.internal.client;

import dev.echo.Framing;
import dev.echo.Message;
import dev.echo.internal.BufferLimit;
import dev.echo.internal.Closing;
import dev.echo.internal.Settings;
import dev.echo.internal.codec.Bytes;
import dev.echo.internal.codec.FrameDecoder;
import dev.echo.internal.codec.FrameEncoder;
import dev.echo.internal.codec.LineEnding;
import dev.echo.internal.codec.WriteBuffer;
import dev.echo.internal.tls.TlsChannel;
import dev.echo.internal.tls.TlsRecords;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;

/**
 * The connection of a stream client: takes frames, writes them when the socket does, and gives the
 * replies in what arrives to the messages in flight.
 *
 * <p>Guarded by the client's lock, but for {@link #await}, which is the leader's; nothing else
 * waits. It ends at the first failure, as nobody knows how much was written or read, and fails all
 * messages in flight.
 */
final class ClientChannel implements Leadership.Socket {

  private static final int READ_SIZE = 65_536;

  /** Within one look, so that a server that never stops sending does not keep it. */
  private static final int MAX_READS = 256;

  private final ByteChannel channel;
  private final SelectionKey key;
  private final Selector selector;
  private final Framing framing;
  private final boolean mayBeRefused;
  private final long busyPollNanos;
  private final FrameDecoder decoder;
  private final ByteBuffer in = ByteBuffer.allocate(READ_SIZE);
  private final WriteBuffer out = new WriteBuffer(BufferLimit.NONE);
  private final InFlight inFlight;
  private final ClientErrors errors;
  private final Runnable whenEnded;

  /** What the socket did not take yet, or null; then nothing else is put down. */
  private ByteBuffer unsent;

  // These are read without the lock, too.

  /** When the last message was put down. */
  private volatile long lastPut;

  /** Whether the leader was woken up, for one that polls and would not notice. */
  private volatile boolean wokenUp;

  private volatile boolean open = true;

  /** Null as long as it is open, and if it was closed by the client. */
  private volatile IOException endReason;

  /**
   * @param channel the socket, or TLS over it
   * @param key the socket's
   * @param inFlight guarded by the same lock
   * @param whenEnded what else ends with it
   */
  ClientChannel(
      ByteChannel channel,
      SelectionKey key,
      ClientConfig config,
      ClientErrors errors,
      InFlight inFlight,
      Runnable whenEnded) {
    this.channel = channel;
    this.key = key;
    this.selector = key.selector();
    this.framing = config.framing;
    this.mayBeRefused = config.mayBeRefused;
    this.busyPollNanos = Settings.nanos(config.busyPoll);
    this.decoder = framing == Framing.RAW
        ? FrameDecoder.ofSize(inFlight::nextSize)
        : FrameDecoder.of(framing, config.maxMessageSize, BufferLimit.NONE);
    this.inFlight = inFlight;
    this.errors = errors;
    this.whenEnded = whenEnded;
  }

  boolean isOpen() {
    return open;
  }

  void requireOpen() throws IOException {
    if (!open) {
      IOException reason = endReason;
      throw reason == null ? errors.closed(null) : errors.closedBecause(reason);
    }
  }

  /** Fails with what a look has found, if that has ended it. */
  void requireNotEnded() throws IOException {
    if (endReason != null) {
      throw endReason;
    }
  }

  /** Puts a whole frame down and its message in flight, or neither if there is no memory for it. */
  void put(Message message, Pending sent) {
    Bytes frames = out.bytes();
    int before = frames.size();
    try {
      int start = FrameEncoder.begin(framing, frames);
      frames.put(message);
      FrameEncoder.end(framing, frames, start, LineEnding.LF);
      inFlight.add(sent);
    } catch (Throwable e) {
      frames.truncate(before);
      throw e;
    }
    lastPut = sent.start;
  }

  /** Whether so much was put down that it is worth a write. */
  boolean isFull() {
    return out.isFull();
  }

  /** Whether the socket takes no more for now. */
  boolean hasUnsent() {
    return unsent != null;
  }

  /** Writes what was put down, as far as the socket takes it. */
  void flush() {
    try {
      if (open && unsent != null && WriteBuffer.write(channel, unsent)) {
        unsent = null;
      }
      if (open && unsent == null && !out.isEmpty()) {
        ByteBuffer frames = out.view();
        if (!WriteBuffer.write(channel, frames)) {
          unsent = ByteBuffer.allocate(frames.remaining()).put(frames).flip();
        }
        out.clear();
      }
    } catch (IOException e) {
      look(); // the peer has gone, and may have answered before
      end(errors.named("Send to", e));
    } catch (Throwable e) {
      fail(e);
    }
  }

  @Override
  public void prepare() {
    wokenUp = false;
    key.interestOps(SelectionKey.OP_READ | (unsent == null ? 0 : SelectionKey.OP_WRITE));
  }

  /** Looks again and again after a message was sent, then sleeps. */
  @Override
  public boolean await(long nanos) throws IOException {
    try {
      long now = System.nanoTime();
      long end = now + nanos;
      for (; now - lastPut < busyPollNanos && end - now > 0; now = System.nanoTime()) {
        int ready = selector.selectNow(selected -> {});
        if (ready > 0 || wokenUp || Thread.currentThread().isInterrupted()) {
          return ready > 0;
        }
      }
      return selector.select(selected -> {}, Settings.millis(end - now)) > 0;
    } catch (ClosedSelectorException e) {
      return false; // this was closed, and with it all that is waited for
    }
  }

  @Override
  public void wakeUp() {
    wokenUp = true;
    selector.wakeup();
  }

  /** Reads once, as the socket will be ready again if there is more. */
  @Override
  public void proceed(boolean ready) {
    flush();
    for (boolean more = ready; open && more; more = hasMore()) {
      read();
    }
  }

  @Override
  public void look() {
    boolean more = true;
    for (int i = 0; open && more && i < MAX_READS; i++) {
      more = read() || hasMore();
    }
  }

  /** Whether reading has something to tell although nothing more has arrived. */
  private boolean hasMore() {
    return channel instanceof TlsChannel tls && tls.hasMore();
  }

  /** Returns whether something had arrived. */
  private boolean read() {
    try {
      int count = channel.read(in.clear());
      long now = System.nanoTime();
      in.flip();
      if (mayBeRefused && TlsRecords.isPlainAlert(in) && !decoder.hasPartial()) {
        end(errors.refused());
      }
      while (in.hasRemaining() && open) {
        decode(now);
      }
      if (count < 0 && open) {
        end(errors.closedByServer(decoder.hasPartial() ? decoder.partial.size() : 0));
      }
      return count > 0;
    } catch (IOException e) {
      end(errors.named("Receive from", e));
    } catch (Throwable e) {
      fail(e);
    }
    return false;
  }

  /** Gives what is decoded to the message that waits the longest. */
  private void decode(long now) throws IOException {
    int from = in.position();
    FrameDecoder.Result result = decoder.next(in);
    if (inFlight.isEmpty()) {
      if (result != FrameDecoder.Result.INCOMPLETE || decoder.hasPartial()) {
        endWithUnasked("what answers no message", from);
      } // else it is the rest of a reply that was too large
    } else if (result == FrameDecoder.Result.FRAME) {
      Message reply = Message.of(decoder.bytes, decoder.from, decoder.to - decoder.from);
      if (framing == Framing.RAW && inFlight.size() == 1 && isFollowed()) {
        endWithUnasked("more than the " + reply.size() + " bytes that were sent", in.position());
      } else {
        inFlight.succeed(reply, now);
      }
    } else if (result == FrameDecoder.Result.TOO_LARGE) {
      inFlight.fail(errors.tooLarge(decoder.size, decoder.limit));
    }
  }

  /** Whether there is more, in the socket, too, if the buffer was too small for all. */
  private boolean isFollowed() throws IOException {
    if (in.position() == in.capacity()) {
      channel.read(in.clear());
      in.flip();
    }
    return in.hasRemaining();
  }

  private void endWithUnasked(String what, int from) {
    end(errors.unasked(what, Message.of(in.array(), from, in.limit() - from)));
  }

  /** Writes what was put down, then ends. */
  void close() {
    try {
      flush();
    } finally {
      if (open) {
        end(errors.closed(null));
        endReason = null; // there was none
      }
    }
  }

  @Override
  public void fail(Throwable cause) {
    end(errors.failed(cause));
  }

  /** Ends once, which wakes the leader up. Frees memory first; needs none, and never fails. */
  private void end(IOException reason) {
    if (!open) {
      return;
    }
    open = false;
    endReason = reason;
    unsent = null;
    out.clear();
    decoder.discard();
    try {
      Closing.closeAll(channel, selector);
    } finally {
      inFlight.failAll(reason);
      whenEnded.run();
    }
  }
}

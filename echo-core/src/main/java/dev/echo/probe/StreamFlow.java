package dev.echo.probe;

import dev.echo.Framing;
import dev.echo.internal.BufferLimit;
import dev.echo.internal.Closing;
import dev.echo.internal.client.StreamConnector.Connected;
import dev.echo.internal.codec.FrameDecoder;
import dev.echo.internal.codec.FrameEncoder;
import dev.echo.internal.tls.TlsChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A flow over a TCP or Unix socket, which is connected anew after it broke. */
final class StreamFlow extends ProbeFlow {

  /** How much longer than a message a reply may be. */
  private static final int MAX_APPENDED = 65_536;

  private static final int WRITE_SIZE = 65_536;

  /** That many flows have the largest buffers; those of more are smaller. */
  private static final int FEW_FLOWS = 16;

  /** Within one look, so that what is due is sent although replies keep coming. */
  private static final int MAX_READS = 16;

  private static final long RECONNECT_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final ProbeMessages messages;
  private final Reconnector reconnector;

  /** Around the message, of which all have the same size. */
  private final int bytesBefore;

  private final int frameSize;

  /** Frames whose messages are put in before a write, and what is left to be written of them. */
  private final ByteBuffer out;

  private final int maxFrames;

  private Selector selector;
  private FrameDecoder decoder;

  /** Null while there is no connection. */
  private Connected connection;

  /** The connection that is being made, or null. */
  private CompletableFuture<Connected> attempt;

  private long lastAttempt;
  private boolean hasAttempted;

  StreamFlow(
      ProbeConfig config,
      Schedule schedule,
      ReplyCheck check,
      int index,
      ProbeMessages messages,
      Reconnector reconnector) {
    super(config, schedule, check, index);
    this.messages = messages;
    this.reconnector = reconnector;
    bytesBefore = FrameEncoder.bytesBefore(config.framing);
    frameSize = bytesBefore + config.size + (config.framing == Framing.LINES ? 1 : 0);
    maxFrames = Math.max(1, WRITE_SIZE / Math.min(FEW_FLOWS, config.flows) / frameSize);
    out = ByteBuffer.allocate(maxFrames * frameSize);
    putFrames();
  }

  /** Puts down what stands around the messages, as it will not change. */
  private void putFrames() {
    for (int i = 0; i < maxFrames; i++) {
      if (config.framing == Framing.LENGTH_PREFIXED) {
        out.putInt(i * frameSize, config.size);
      } else if (config.framing == Framing.LINES) {
        out.put((i + 1) * frameSize - 1, (byte) '\n');
      }
    }
    out.limit(0);
  }

  @Override
  void connect(Selector selector) throws IOException {
    this.selector = selector;
    use(config.connect());
  }

  private void use(Connected made) throws IOException {
    connection = made;
    made.socket().register(selector, SelectionKey.OP_READ, this);
    decoder = config.framing == Framing.RAW
        ? FrameDecoder.ofSize(() -> config.size)
        : FrameDecoder.of(config.framing, config.size + MAX_APPENDED, BufferLimit.NONE);
  }

  @Override
  void send(long now) {
    if (connection == null) {
      reconnect(now);
    } else if (out.hasRemaining() || isDue(now)) {
      write(now);
    }
  }

  private void write(long now) {
    if (!flush() || !writeDue(now)) {
      block(now);
      giveUp(now, counts::unsent);
    }
  }

  /** Writes what is left; returns false if the socket does not take it. */
  private boolean flush() {
    try {
      if (out.hasRemaining()) {
        connection.channel().write(out);
      }
    } catch (IOException e) {
      debug(e);
      disconnect();
    }
    return !out.hasRemaining();
  }

  /** Writes what is due; returns false if the socket does not take all of it. */
  private boolean writeDue(long now) {
    int count = connection == null ? 0 : countDue(now, maxFrames);
    for (int i = 0; i < count; i++) {
      messages.put(index, counts.next() + i, out.array(), i * frameSize + bytesBefore);
    }
    out.position(0).limit(count * frameSize);
    return count == 0 || writeFrames(count);
  }

  private boolean writeFrames(int count) {
    long before = System.nanoTime();
    try {
      connection.channel().write(out);
    } catch (IOException e) {
      debug(e);
      disconnect();
      for (int i = 0; i < count; i++) {
        counts.refused();
      }
      return true;
    }
    boolean tookAll = !out.hasRemaining();
    int begun = count;
    if (connection.channel() == connection.socket()) {
      begun = (out.position() + frameSize - 1) / frameSize;
      out.limit(begun * frameSize); // the others may still be given up
    } // else all is encrypted already
    for (int i = 0; i < begun; i++) {
      sent(before);
    }
    return tookAll;
  }

  @Override
  boolean receive(ByteBuffer in) {
    boolean more = connection != null;
    for (int i = 0; i < MAX_READS && more; i++) {
      more = receiveOnce(in.clear());
    }
    return !more;
  }

  private boolean receiveOnce(ByteBuffer in) {
    int count;
    try {
      count = connection.channel().read(in);
    } catch (IOException e) {
      debug(e);
      count = -1;
    }
    if (count < 0) {
      disconnect();
      return false;
    }
    long now = System.nanoTime();
    in.flip();
    while (in.hasRemaining()) {
      FrameDecoder.Result result = decoder.next(in);
      if (result == FrameDecoder.Result.FRAME) {
        take(decoder.bytes, decoder.from, decoder.to, now);
      } else if (result == FrameDecoder.Result.TOO_LARGE) {
        counts.foreign();
      }
    }
    return connection.channel() instanceof TlsChannel secured
        ? count > 0 || secured.hasMore()
        : count == in.capacity();
  }

  /** The connection has ended, and with it all hope for what is in flight. */
  private void disconnect() {
    Closing.close(connection);
    connection = null;
    decoder = null;
    out.limit(0);
    unblock();
    counts.abandon();
  }

  /** Has the connection made anew once a message is due, which waits for it, but not for long. */
  private void reconnect(long now) {
    if (attempt == null && isDue(now)) {
      if (hasAttempted && now - lastAttempt < RECONNECT_NANOS) {
        refuseDue(now);
        return;
      }
      hasAttempted = true;
      lastAttempt = now;
      attempt = reconnector.connect();
      block(now);
    }
    if (attempt != null && attempt.isDone()) {
      unblock();
      takeConnection(now);
    } else if (attempt != null) {
      giveUp(now, counts::refused);
    }
  }

  private void takeConnection(long now) {
    CompletableFuture<Connected> done = attempt;
    attempt = null;
    if (done.isCompletedExceptionally()) {
      refuseDue(now);
      return;
    }
    try {
      use(done.join());
      counts.reconnected();
    } catch (IOException e) { // closed already
      debug(e);
      disconnect();
      refuseDue(now);
    }
  }

  private void refuseDue(long now) {
    while (isDue(now)) {
      counts.refused();
    }
  }

  @Override
  SelectionKey key() {
    return connection == null ? null : connection.socket().keyFor(selector);
  }

  @Override
  public void close() {
    Closing.close(connection);
    if (attempt != null) {
      Reconnector.cancel(attempt);
    }
  }
}

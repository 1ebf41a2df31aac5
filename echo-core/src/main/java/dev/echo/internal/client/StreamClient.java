package dev.echo.internal.client;

import dev.echo.Echo;
import dev.echo.EchoClient;
import dev.echo.Endpoint;
import dev.echo.Framing;
import dev.echo.Message;
import dev.echo.MessageTooLargeException;
import dev.echo.internal.Addresses;
import dev.echo.internal.BufferLimit;
import dev.echo.internal.IoErrors;
import dev.echo.internal.Settings;
import dev.echo.internal.codec.Bytes;
import dev.echo.internal.codec.FrameDecoder;
import dev.echo.internal.codec.FrameEncoder;
import dev.echo.internal.codec.LineEnding;
import dev.echo.internal.codec.WriteBuffer;
import dev.echo.internal.tls.TlsChannel;
import dev.echo.internal.tls.TlsRecords;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLException;

/**
 * A client over TCP or Unix sockets, with many messages in flight.
 *
 * <p>Of the threads that wait for something, one leads: it waits for the socket, writes what is
 * left to write, reads replies and gives them to their messages in the order of sending; the others
 * wait for it. When the leader has what it wanted, another takes over. So a lone {@code send} reads
 * its own reply, and for {@code sendAsync} a worker waits as long as there are futures to complete.
 */
final class StreamClient extends AbstractClient {

  private static final int READ_SIZE = 65_536;

  /** Within one look, so that a server that never stops sending does not keep it. */
  private static final int MAX_READS = 256;

  private final ByteChannel channel;
  private final Selector selector;
  private final SelectionKey key;
  private final Endpoint local;
  private final Framing framing;
  private final FrameDecoder decoder;
  private final ThreadPoolExecutor worker = newWorker();
  private final Runnable work = this::work;

  /** Guards all below. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Condition progress = lock.newCondition();
  private final ByteBuffer in = ByteBuffer.allocate(READ_SIZE);
  private final WriteBuffer out = new WriteBuffer(BufferLimit.NONE);

  /** The messages whose replies have not come, in the order of sending. */
  private final Deque<Pending> pending = new ArrayDeque<>(MAX_IN_FLIGHT); // which never grows

  /** What the socket did not take yet, or null; then nothing else is put down. */
  private ByteBuffer unsent;

  /** When the last message was sent; the leader reads it without the lock. */
  private volatile long lastSent;

  /** Whether the leader was woken up, for one that polls and would not notice. */
  private volatile boolean leaderIsWanted;

  private boolean led;
  private boolean workerRuns;
  private volatile boolean open = true;
  private volatile IOException endReason;

  private StreamClient(
      Endpoint endpoint, ByteChannel channel, SelectionKey key, ClientConfig config)
      throws IOException {
    super(endpoint, config);
    this.channel = channel;
    this.key = key;
    this.selector = key.selector();
    this.local = Addresses.endpoint(((SocketChannel) key.channel()).getLocalAddress());
    this.framing = config.framing;
    this.decoder = framing == Framing.RAW
        ? FrameDecoder.ofSize(() -> pending.isEmpty() ? -1 : pending.peek().size)
        : FrameDecoder.of(config.framing, config.maxMessageSize, BufferLimit.NONE);
  }

  static EchoClient connect(Endpoint endpoint, ClientConfig config) throws IOException {
    Selector selector = null;
    SocketChannel socket = null;
    try {
      selector = Selector.open();
      StreamConnector connector = new StreamConnector(selector, config.connectTimeout);
      socket = connector.connect(endpoint);
      ByteChannel channel = connector.secure(socket, endpoint, config.tls);
      return new StreamClient(endpoint, channel, socket.keyFor(selector), config);
    } catch (IOException | RuntimeException e) {
      closeAll(socket, selector);
      throw IoErrors.named("Connect to", endpoint, e);
    } catch (Error e) { // of a trust manager, perhaps
      closeAll(socket, selector);
      throw e;
    }
  }

  @Override
  public Echo send(Message message) throws IOException, InterruptedException {
    requireSendable(message);
    if (isNothing(message)) {
      requireOpen();
      return new Reply(message, 0).toEcho(this);
    }
    long deadline = System.nanoTime() + timeoutNanos;
    Pending sent;
    lock.lockInterruptibly();
    try {
      awaitRoom(deadline);
      requireNothingUnasked();
      sent = transmit(message, deadline, null);
      awaitReply(sent);
    } finally {
      lock.unlock();
    }
    return sent.result();
  }

  @Override
  public CompletableFuture<Echo> sendAsync(Message message) {
    CompletableFuture<Echo> future = new CompletableFuture<>();
    long deadline = System.nanoTime() + timeoutNanos;
    lock.lock();
    try {
      requireSendable(message);
      if (isNothing(message)) {
        requireOpen();
        new Pending(this, 0, 0, 0, future).succeed(new Reply(message, 0));
        return future;
      }
      awaitRoom(deadline);
      requireNothingUnasked();
      transmit(message, deadline, future);
      if (!workerRuns && open) {
        worker.execute(work);
        workerRuns = true;
      }
    } catch (InterruptedException e) {
      future.completeExceptionally(interrupted());
    } catch (IOException | OutOfMemoryError e) { // also for want of threads
      future.completeExceptionally(e);
    } finally {
      lock.unlock();
    }
    return future;
  }

  private void requireSendable(Message message) throws MessageTooLargeException {
    requireSize(message, config.maxMessageSize);
    if (framing == Framing.LINES) {
      requireLine(message);
    }
  }

  /** Whether it puts no byte on the wire, so that no reply can be told from silence. */
  private boolean isNothing(Message message) {
    return framing == Framing.RAW && message.isEmpty();
  }

  private void awaitRoom(long deadline) throws IOException, InterruptedException {
    boolean inTime = true;
    while (isFull() && inTime) {
      inTime = await(deadline);
    }
    requireOpen();
    if (isFull()) {
      throw notSent(pending.size());
    }
  }

  private boolean isFull() {
    return open && (unsent != null || pending.size() >= MAX_IN_FLIGHT);
  }

  private void awaitReply(Pending sent) throws IOException, InterruptedException {
    try {
      boolean inTime = true;
      while (!sent.done && inTime) {
        inTime = await(sent.deadline);
      }
      if (!sent.done) {
        throw timedOut();
      }
    } finally {
      sent.done = true; // as far as anybody waits for it
    }
  }

  /**
   * Ends with what the server has sent before a message, as that is not its reply. What comes while
   * others wait for theirs is taken for theirs, without a look for each message.
   */
  private void requireNothingUnasked() throws IOException {
    if (nobodyWaits()) {
      look();
      if (!open) {
        throw endReason;
      }
    }
  }

  /** Replies may still come, to messages whose time was up. */
  private boolean nobodyWaits() {
    return pending.isEmpty() || pending.getLast().done;
  }

  private void requireOpen() throws IOException {
    if (!open) {
      throw closed();
    }
  }

  private IOException closed() {
    IOException reason = endReason;
    return reason == null
        ? closed(null)
        : new IOException(closed(null).getMessage() + ": " + reason.getMessage(), reason);
  }

  private Pending transmit(Message message, long deadline, CompletableFuture<Echo> future) {
    Pending sent = new Pending(this, message.size(), System.nanoTime(), deadline, future);
    putDown(message, sent);
    lastSent = sent.start;
    // Behind others it may wait for more to come, while the leader wakes up to write them all.
    boolean deferred = led && future != null && pending.size() > 1 && !out.isFull();
    if (!deferred) {
      flush();
    }
    if (led && (deferred || unsent != null || busyPollNanos > 0)) {
      leaderIsWanted = true;
      selector.wakeup();
    }
    return sent;
  }

  /** Puts a whole frame down, or nothing if there is no memory for it. */
  private void putDown(Message message, Pending sent) {
    Bytes frames = out.bytes();
    int before = frames.size();
    try {
      int start = FrameEncoder.begin(framing, frames);
      frames.put(message);
      FrameEncoder.end(framing, frames, start, LineEnding.LF);
      pending.add(sent);
    } catch (Throwable e) {
      frames.truncate(before);
      throw e;
    }
  }

  private void flush() {
    if (open && unsent != null) {
      write(unsent);
    }
    if (open && unsent == null && !out.isEmpty()) {
      write(out.view());
      out.clear();
    }
  }

  private void write(ByteBuffer bytes) {
    try {
      if (WriteBuffer.write(channel, bytes)) {
        unsent = null;
      } else if (unsent != bytes) {
        unsent = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
      }
    } catch (IOException e) {
      look(); // the peer has gone, and may have answered before
      if (open) {
        end(named("Send to", e));
      }
    } catch (Throwable e) { // nobody knows how much was written
      end(failed(e));
    }
  }

  /**
   * Waits once for something to happen. Returns false when the time is up, after a last look at the
   * socket: the process may have been stopped while the reply came.
   */
  private boolean await(long deadline) throws InterruptedException {
    long left = deadline - System.nanoTime();
    if (left > 0) {
      step(left);
      return true;
    }
    flush();
    look();
    return false;
  }

  /** Waits once for something to happen, as the leader if there is none. */
  private void step(long nanos) throws InterruptedException {
    if (led) {
      progress.awaitNanos(nanos);
    } else {
      lead(nanos);
    }
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  private void lead(long nanos) {
    try {
      led = true;
      key.interestOps(SelectionKey.OP_READ | (unsent == null ? 0 : SelectionKey.OP_WRITE));
      lock.unlock();
      int ready;
      try {
        ready = awaitReady(nanos);
      } finally {
        lockWhateverHappens();
        led = false;
        leaderIsWanted = false;
        progress.signalAll();
      }
      flush();
      for (boolean more = ready > 0; open && more; more = hasMoreInside()) {
        read();
      }
    } catch (ClosedSelectorException e) {
      // The client was closed, and with it all that is waited for.
    } catch (Throwable e) { // nobody must wait for what can't come any more
      end(failed(e));
    }
  }

  /** Waits without the lock, and returns how many channels are ready. */
  private int awaitReady(long nanos) throws IOException {
    long now = System.nanoTime();
    long end = now + nanos;
    for (; now - lastSent < busyPollNanos && end - now > 0; now = System.nanoTime()) {
      int ready = selector.selectNow(selected -> {});
      if (ready > 0 || leaderIsWanted || Thread.currentThread().isInterrupted()) {
        return ready;
      }
    }
    return selector.select(selected -> {}, Settings.millis(end - now));
  }

  /** Whether reading has something to tell although nothing more has arrived. */
  private boolean hasMoreInside() {
    return channel instanceof TlsChannel tls && tls.hasMore();
  }

  /** Reads what has arrived, without waiting for more. */
  private void look() {
    boolean more = true;
    for (int i = 0; open && more && i < MAX_READS; i++) {
      more = read() || hasMoreInside();
    }
  }

  /** Returns whether something had arrived. */
  private boolean read() {
    try {
      int count = channel.read(in.clear());
      long now = System.nanoTime();
      in.flip();
      if (config.mayBeRefused && TlsRecords.isPlainAlert(in) && !decoder.hasPartial()) {
        end(new SSLException("The server at " + endpoint() + " wants TLS"));
      }
      while (in.hasRemaining() && open) {
        decode(now);
      }
      if (count < 0 && open) {
        end(closedByServer());
      }
      return count > 0;
    } catch (IOException e) {
      end(named("Receive from", e));
      return false;
    } catch (Throwable e) { // nobody knows what was read
      end(failed(e));
      return false;
    }
  }

  /** Gives what is decoded to the message that waits the longest. */
  private void decode(long now) throws IOException {
    int from = in.position();
    FrameDecoder.Result result = decoder.next(in);
    if (pending.isEmpty()) {
      if (result != FrameDecoder.Result.INCOMPLETE || decoder.hasPartial()) {
        end(unasked("what answers no message", from));
      } // else it is the rest of a reply that was too large
    } else if (result == FrameDecoder.Result.FRAME) {
      succeed(pending.element(), now);
      pending.poll();
    } else if (result == FrameDecoder.Result.TOO_LARGE) {
      pending.element().fail(IoErrors.tooLarge(endpoint(), decoder.size, decoder.limit));
      pending.poll();
    }
  }

  private void succeed(Pending answered, long now) throws IOException {
    Message reply = Message.of(decoder.bytes, decoder.from, decoder.to - decoder.from);
    if (framing == Framing.RAW && pending.size() == 1 && hasMore()) {
      end(unasked("more than the " + answered.size + " bytes that were sent", in.position()));
    } else {
      answered.succeed(new Reply(reply, now - answered.start));
    }
  }

  /** Whether there is more, in the socket, too, if the buffer was too small for all. */
  private boolean hasMore() throws IOException {
    if (in.position() == in.capacity()) {
      channel.read(in.clear());
      in.flip();
    }
    return in.hasRemaining();
  }

  private IOException unasked(String what, int from) {
    Message received = Message.of(in.array(), from, in.limit() - from);
    return new IOException("Received from " + endpoint() + " " + what + ": " + received);
  }

  private EOFException closedByServer() {
    String cut =
        decoder.hasPartial() ? ", and a reply cut after " + decoder.partial.size() + " bytes" : "";
    return new EOFException("The connection to " + endpoint() + " was closed by the peer" + cut);
  }

  /** What the worker does: it waits until no future is left to complete. */
  private void work() {
    lockWhateverHappens();
    try {
      for (Pending next = nextFuture(); next != null; next = nextFuture()) {
        step(next.deadline - System.nanoTime());
      }
    } catch (Throwable e) { // nobody else would complete the futures
      end(failed(e));
    } finally {
      workerRuns = false;
      lock.unlock();
    }
  }

  /** Returns the next message that a future waits for, once those whose time is up have failed. */
  private Pending nextFuture() {
    long now = System.nanoTime();
    Pending next = firstFuture();
    if (next != null && next.deadline - now <= 0) {
      look(); // as the process may have been stopped while replies came
      next = firstFuture();
    }
    while (next != null && next.deadline - now <= 0) {
      next.fail(timedOut());
      next = firstFuture();
    }
    return next;
  }

  private Pending firstFuture() {
    for (Pending sent : pending) {
      if (sent.future != null && !sent.done) {
        return sent;
      }
    }
    return null;
  }

  @Override
  public Endpoint localEndpoint() {
    return local;
  }

  /** Sees the end of an idle connection, too, as nobody reads from one. */
  @Override
  public boolean isOpen() {
    if (lock.tryLock()) {
      try {
        if (nobodyWaits()) {
          look();
        }
      } finally {
        lock.unlock();
      }
    }
    return open;
  }

  @Override
  public void close() {
    lockWhateverHappens();
    try {
      flush(); // what sendAsync left to the leader
    } finally {
      if (open) {
        end(closed(null));
        endReason = null; // there was none
      }
      lock.unlock();
    }
  }

  /** Closes the client, then fails all that is in flight. Needs no memory, and never fails. */
  private void end(IOException reason) {
    open = false;
    endReason = reason;
    unsent = null;
    decoder.suspend();
    try {
      closeAll(channel, selector);
    } finally {
      failAll(reason);
    }
  }

  private void failAll(IOException reason) {
    for (Pending next = pending.poll(); next != null; next = pending.poll()) {
      next.fail(reason);
    }
    progress.signalAll();
    shutDown(worker);
  }

  /** Waiting in the queue for the lock takes memory. */
  private void lockWhateverHappens() {
    while (!lock.tryLock()) {
      try {
        lock.lock();
        return;
      } catch (OutOfMemoryError e) {
        Thread.onSpinWait();
      }
    }
  }
}

package dev.echo.internal.client;

import dev.echo.Echo;
import dev.echo.Endpoint;
import dev.echo.Framing;
import dev.echo.Message;
import dev.echo.MessageTooLargeException;
import dev.echo.internal.Addresses;
import java.io.IOException;
import java.nio.channels.ByteChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A client over TCP or Unix sockets, with many messages in flight.
 *
 * <p><b>Who waits.</b> Of the threads that wait for something, one leads ({@link Leadership}): it
 * waits for the socket, writes what is left to write ({@link ClientChannel}), and reads replies,
 * which go to their messages in the order of sending ({@link InFlight}); the others wait for it.
 * When it has what it wanted, another takes over. So a lone {@code send} reads its own reply, and
 * for {@code sendAsync} a worker is one of these threads as long as there are futures to complete.
 *
 * <p><b>Who may touch what.</b> One lock guards all that changes. No thread has it while it waits,
 * nor while it runs user code: senders ask the quit predicate when they have left, and futures are
 * completed on other threads, unless there is no memory for that. Without the lock the leader waits
 * in the selector, which others only wake up or close, and whether the client is open can be seen.
 *
 * <p><b>Why a write may be put off.</b> What {@code sendAsync} sends behind others may stay in the
 * buffer, so that one write takes many frames. The sender has seen under the lock that there is a
 * leader, and wakes it up; the selector remembers that for one which is only about to wait.
 * Whatever a leader comes back for, a reply, a call, an interrupt or its time, it writes before it
 * reads, and before it gives the lock away. Whoever writes meanwhile, or closes, writes all there
 * is. So what lies in the buffer has somebody on the way to it.
 *
 * <p><b>How it ends.</b> After a failure nobody knows where the next frame would begin: the
 * connection closes, which wakes the leader up, and the leader those that wait for it.
 */
final class StreamClient extends AbstractClient {

  private final Endpoint local;

  /** Guards all below. */
  private final ReentrantLock lock = new ReentrantLock();

  private final InFlight inFlight = new InFlight();
  private final ClientChannel channel;
  private final Leadership leadership;
  private final FutureWorker worker;

  /**
   * @param channel the socket, or TLS over it
   * @param key the socket's
   */
  StreamClient(Endpoint endpoint, ByteChannel channel, SelectionKey key, ClientConfig config)
      throws IOException {
    super(endpoint, config);
    this.local = Addresses.endpoint(((SocketChannel) key.channel()).getLocalAddress());
    ThreadPoolExecutor thread = newWorker();
    this.channel =
        new ClientChannel(channel, key, config, errors, inFlight, () -> shutDown(thread));
    this.leadership = new Leadership(lock, this.channel);
    this.worker = new FutureWorker(thread, lock, leadership, this.channel, inFlight, errors);
  }

  @Override
  public Echo send(Message message) throws IOException, InterruptedException {
    requireSendable(message);
    if (isNothing(message)) {
      channel.requireOpen();
      return new Reply(message, 0).toEcho(this);
    }
    long deadline = System.nanoTime() + timeoutNanos;
    Pending sent;
    lock.lockInterruptibly();
    try {
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
    try {
      requireSendable(message);
      sendAsync(message, deadline, future);
    } catch (InterruptedException e) {
      future.completeExceptionally(errors.interrupted());
    } catch (IOException | OutOfMemoryError e) { // also for want of threads
      future.completeExceptionally(e);
    }
    return future;
  }

  private void sendAsync(Message message, long deadline, CompletableFuture<Echo> future)
      throws IOException, InterruptedException {
    lock.lock();
    try {
      if (isNothing(message)) {
        channel.requireOpen();
        new Pending(this, 0, 0, 0, future).succeed(new Reply(message, 0));
      } else {
        transmit(message, deadline, future);
        worker.start();
      }
    } finally {
      lock.unlock();
    }
  }

  private void requireSendable(Message message) throws MessageTooLargeException {
    requireSize(message, config.maxMessageSize);
    if (config.framing == Framing.LINES) {
      requireLine(message);
    }
  }

  /** Whether it puts no byte on the wire, so that no reply can be told from silence. */
  private boolean isNothing(Message message) {
    return config.framing == Framing.RAW && message.isEmpty();
  }

  /** Sends a message as soon as there is room. */
  private Pending transmit(Message message, long deadline, CompletableFuture<Echo> future)
      throws IOException, InterruptedException {
    awaitRoom(deadline);
    if (!inFlight.isAwaited()) { // else what has come is taken for replies, without a look
      leadership.look();
      channel.requireNotEnded(); // by what has come before it is sent, and is not its reply
    }
    Pending sent = new Pending(this, message.size(), System.nanoTime(), deadline, future);
    channel.put(message, sent);
    boolean putOff =
        leadership.isTaken() && future != null && inFlight.size() > 1 && !channel.isFull();
    if (!putOff) {
      channel.flush();
    }
    if (putOff || channel.hasUnsent() || busyPollNanos > 0) {
      leadership.wakeLeader(); // to write it, or to poll again
    }
    return sent;
  }

  private void awaitRoom(long deadline) throws IOException, InterruptedException {
    while (isFull() && await(deadline)) {
      // Others may have been first.
    }
    channel.requireOpen();
    if (isFull()) {
      throw errors.notSent(inFlight.size());
    }
  }

  private boolean isFull() {
    return channel.hasUnsent() || inFlight.isFull(); // neither of which it is when it has ended
  }

  private void awaitReply(Pending sent) throws IOException, InterruptedException {
    try {
      while (!sent.done && await(sent.deadline)) {
        // It may have been for others.
      }
      if (!sent.done) {
        throw errors.timedOut();
      }
    } finally {
      sent.done = true; // as far as anybody waits for it
    }
  }

  /**
   * Waits once for something to happen. Returns false when the time is up, after a last look at the
   * socket: the process may have been stopped while the reply came.
   */
  private boolean await(long deadline) throws InterruptedException {
    long left = deadline - System.nanoTime();
    if (left > 0) {
      leadership.await(left);
      return true;
    }
    channel.flush();
    leadership.look();
    return false;
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
        if (!inFlight.isAwaited()) {
          leadership.look();
        }
      } finally {
        lock.unlock();
      }
    }
    return channel.isOpen();
  }

  @Override
  public void close() {
    Leadership.lockWhateverHappens(lock);
    try {
      channel.close();
    } finally {
      lock.unlock();
    }
  }
}

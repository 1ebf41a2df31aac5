package dev.echo.internal.client;

import dev.echo.Echo;
import dev.echo.EchoClient;
import dev.echo.EchoTimeoutException;
import dev.echo.Endpoint;
import dev.echo.Message;
import dev.echo.MessageTooLargeException;
import dev.echo.internal.Addresses;
import dev.echo.internal.IoErrors;
import dev.echo.internal.Settings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/** A client over UDP, with one message in flight at a time. */
final class DatagramClient extends AbstractClient {

  /** The addresses of the server's name, or its only one. */
  private final List<SocketAddress> servers;

  private final int maxMessageSize;

  /** Held for one exchange. */
  private final ReentrantLock turn = new ReentrantLock(true);

  private final Semaphore room = new Semaphore(MAX_IN_FLIGHT);
  private final ThreadPoolExecutor worker = newWorker();
  private final ByteBuffer in = ByteBuffer.allocate(Settings.MAX_DATAGRAM);

  /** Another one for the first message after one that failed. */
  private volatile DatagramPort port;

  /** How many messages are in flight or wait for their turn. */
  private final AtomicInteger inTurn = new AtomicInteger();

  // What follows is seen by whoever has the turn.

  /** Whether a late reply may still come to the port, which is then used no more. */
  private boolean mayReceiveLateReply;

  /** Which of the addresses the next port talks to. */
  private int next;

  /** Whether a reply has come from that address, which is then never left. */
  private boolean answered;

  private volatile boolean open = true;

  private DatagramClient(Endpoint endpoint, List<SocketAddress> servers, ClientConfig config)
      throws IOException {
    super(endpoint, config);
    this.servers = servers;
    this.maxMessageSize = Math.min(config.maxMessageSize, Settings.MAX_UDP_MESSAGE);
    this.port = newPort();
  }

  static EchoClient connect(Endpoint endpoint, ClientConfig config) throws IOException {
    try {
      List<SocketAddress> servers = Addresses.resolve(endpoint).stream()
          .<SocketAddress>map(address -> Addresses.reachable((InetSocketAddress) address))
          .toList();
      return new DatagramClient(endpoint, servers, config);
    } catch (IOException | RuntimeException e) {
      throw IoErrors.named("Connect to", endpoint, e);
    }
  }

  /** Connects to the next of the addresses that the system knows a way to. */
  private DatagramPort newPort() throws IOException {
    IOException failure = null;
    for (int i = 0; i < servers.size(); i++) {
      try {
        return new DatagramPort(servers.get(next));
      } catch (IOException e) {
        failure = IoErrors.joined(failure, e);
        leaveAddress();
      }
    }
    throw failure;
  }

  private void leaveAddress() {
    if (!answered) {
      next = (next + 1) % servers.size();
    }
  }

  @Override
  public Echo send(Message message) throws IOException, InterruptedException {
    requireSize(message, maxMessageSize);
    int ahead = inTurn.getAndIncrement();
    Reply reply;
    try {
      reply = exchangeInTurn(message, System.nanoTime() + timeoutNanos, ahead);
    } finally {
      inTurn.decrementAndGet();
    }
    return reply.toEcho(this);
  }

  @Override
  public CompletableFuture<Echo> sendAsync(Message message) {
    CompletableFuture<Echo> future = new CompletableFuture<>();
    long deadline = System.nanoTime() + timeoutNanos;
    try {
      requireSize(message, maxMessageSize);
      submit(message, deadline, future);
    } catch (InterruptedException e) {
      future.completeExceptionally(errors.interrupted());
    } catch (RejectedExecutionException e) {
      future.completeExceptionally(errors.closed(e));
    } catch (IOException | OutOfMemoryError e) { // also for want of threads
      future.completeExceptionally(e);
    }
    return future;
  }

  private void submit(Message message, long deadline, CompletableFuture<Echo> future)
      throws IOException, InterruptedException {
    int ahead = inTurn.getAndIncrement();
    boolean hasRoom = false;
    try {
      hasRoom = room.tryAcquire(timeoutNanos, TimeUnit.NANOSECONDS);
      if (!hasRoom) {
        throw errors.notSent(ahead);
      }
      Pending sent = new Pending(this, message.size(), System.nanoTime(), deadline, future);
      worker.execute(() -> exchangeAsync(message, ahead, sent));
    } catch (Throwable e) {
      leave(hasRoom);
      throw e;
    }
  }

  private void leave(boolean hadRoom) {
    inTurn.decrementAndGet();
    if (hadRoom) {
      room.release();
    }
  }

  private void exchangeAsync(Message message, int ahead, Pending sent) {
    try {
      sent.succeed(exchangeInTurn(message, sent.deadline, ahead));
    } catch (Throwable e) { // it belongs to the future
      sent.fail(e);
    } finally {
      leave(true);
    }
  }

  /**
   * Sends a message when those before it are done with.
   *
   * @param ahead how many those were
   */
  private Reply exchangeInTurn(Message message, long deadline, int ahead)
      throws IOException, InterruptedException {
    if (!turn.tryLock(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
      throw errors.notSent(ahead);
    }
    try {
      if (System.nanoTime() - deadline >= 0) {
        throw errors.notSent(ahead);
      }
      return exchange(message, deadline);
    } catch (ClosedChannelException | ClosedSelectorException e) {
      throw errors.closed(e);
    } finally {
      turn.unlock();
    }
  }

  /** What an address refuses goes to the next one, as nobody has got it. */
  private Reply exchange(Message message, long deadline) throws IOException, InterruptedException {
    for (int tried = 1; ; tried++) {
      openPort();
      try {
        return exchangeOnce(message, deadline);
      } catch (PortUnreachableException e) {
        leaveAddress();
        if (answered || tried == servers.size()) {
          throw IoErrors.named("Send to", endpoint(), e);
        }
      }
    }
  }

  private synchronized void openPort() throws IOException {
    if (!open) {
      throw errors.closed(null);
    }
    if (mayReceiveLateReply) {
      DatagramPort old = port;
      try {
        port = newPort();
      } catch (IOException e) {
        throw IoErrors.named("Send to", endpoint(), e);
      }
      old.close(); // not before, as the system might have given its port again
      mayReceiveLateReply = false;
    }
  }

  private Reply exchangeOnce(Message message, long deadline)
      throws IOException, InterruptedException {
    mayReceiveLateReply = true; // unless all goes well
    try {
      Reply reply = message.isEmpty() ? askUnconnected(message, deadline) : ask(message, deadline);
      mayReceiveLateReply = false;
      return reply;
    } catch (EchoTimeoutException
        | ClosedChannelException
        | MessageTooLargeException
        | PortUnreachableException e) {
      throw e;
    } catch (IOException e) {
      throw IoErrors.named("Send to", endpoint(), e);
    }
  }

  /** The JDK sends datagrams without content through unconnected sockets only. */
  private Reply askUnconnected(Message message, long deadline)
      throws IOException, InterruptedException {
    port.disconnect();
    Reply reply = ask(message, deadline);
    port.reconnect();
    return reply;
  }

  private Reply ask(Message message, long deadline) throws IOException, InterruptedException {
    port.discardStrays(in, deadline);
    long start = System.nanoTime();
    port.send(message);
    if (!port.receive(in, deadline, start + busyPollNanos)) {
      throw errors.timedOut();
    }
    answered = true;
    if (in.position() > maxMessageSize) {
      throw errors.tooLarge(in.position(), maxMessageSize);
    }
    Message reply = Message.of(in.array(), 0, in.position());
    return new Reply(reply, System.nanoTime() - start);
  }

  @Override
  public Endpoint localEndpoint() {
    return port.local;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public synchronized void close() {
    if (open) {
      open = false;
      port.close();
      shutDown(worker);
    }
  }
}

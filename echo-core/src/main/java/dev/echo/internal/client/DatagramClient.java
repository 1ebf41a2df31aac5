package dev.echo.internal.client;

import dev.echo.Echo;
import dev.echo.EchoClient;
import dev.echo.EchoTimeoutException;
import dev.echo.Endpoint;
import dev.echo.Message;
import dev.echo.MessageTooLargeException;
import dev.echo.internal.Addresses;
import dev.echo.internal.Hosts;
import dev.echo.internal.IoErrors;
import dev.echo.internal.Settings;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
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

  /** What fits into an IPv4 packet with its UDP header (RFC 791, RFC 768). */
  private static final int MAX_MESSAGE_SIZE = 65_507;

  /** The addresses of the server's name, or its only one. */
  private final List<SocketAddress> servers;

  private final int maxMessageSize;

  /** Held for one exchange. */
  private final ReentrantLock turn = new ReentrantLock(true);

  private final Semaphore room = new Semaphore(MAX_IN_FLIGHT);
  private final ThreadPoolExecutor worker = newWorker();
  private final ByteBuffer in = ByteBuffer.allocate(Settings.MAX_DATAGRAM);

  /** Another one for the first message after one that failed. */
  private volatile Socket socket;

  /** How many messages are in flight or wait for their turn. */
  private final AtomicInteger inTurn = new AtomicInteger();

  // What follows is seen by whoever has the turn.

  /** Whether a late reply may still come to the socket. */
  private boolean spent;

  /** Which of the addresses the next socket is connected to. */
  private int next;

  /** Whether a reply has come from that address, which is then never left. */
  private boolean answered;

  private volatile boolean open = true;

  /** One local port. */
  private static final class Socket {
    final SocketAddress server;
    final DatagramChannel channel;
    final Selector selector;
    final Endpoint local;

    Socket(SocketAddress server) throws IOException {
      this.server = server;
      channel = DatagramChannel.open(Addresses.family(server));
      Selector opened = null;
      try {
        channel.configureBlocking(false);
        channel.connect(server);
        if (channel.getLocalAddress().equals(server)) {
          throw IoErrors.connectedToItself();
        }
        opened = Selector.open();
        channel.register(opened, SelectionKey.OP_READ);
        local = Addresses.udp((InetSocketAddress) channel.getLocalAddress());
      } catch (Throwable e) {
        closeAll(opened, channel);
        throw e;
      }
      selector = opened;
    }

    void close() {
      closeAll(selector, channel);
    }
  }

  private DatagramClient(Endpoint endpoint, List<SocketAddress> servers, ClientConfig config)
      throws IOException {
    super(endpoint, config);
    this.servers = servers;
    this.maxMessageSize = Math.min(config.maxMessageSize, MAX_MESSAGE_SIZE);
    this.socket = newSocket();
  }

  static EchoClient connect(Endpoint endpoint, ClientConfig config) throws IOException {
    try {
      List<SocketAddress> servers = Addresses.resolve(endpoint).stream()
          .map(DatagramClient::loopbackIfWildcard)
          .toList();
      return new DatagramClient(endpoint, servers, config);
    } catch (IOException | RuntimeException e) {
      throw IoErrors.named("Connect to", endpoint, e);
    }
  }

  /** What is sent to a wildcard address goes to the loopback address and is answered from there. */
  private static SocketAddress loopbackIfWildcard(SocketAddress address) {
    InetSocketAddress inet = (InetSocketAddress) address;
    if (!inet.getAddress().isAnyLocalAddress()) {
      return inet;
    }
    String loopback = inet.getAddress() instanceof Inet4Address ? Hosts.LOOPBACK : "::1";
    return new InetSocketAddress(loopback, inet.getPort());
  }

  /** Connects to the next of the addresses that the system knows a way to. */
  private Socket newSocket() throws IOException {
    IOException failure = null;
    for (int i = 0; i < servers.size(); i++) {
      try {
        return new Socket(servers.get(next));
      } catch (IOException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
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
      future.completeExceptionally(interrupted());
    } catch (RejectedExecutionException e) {
      future.completeExceptionally(closed(e));
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
        throw notSent(ahead);
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
      throw notSent(ahead);
    }
    try {
      if (System.nanoTime() - deadline >= 0) {
        throw notSent(ahead);
      }
      return exchange(message, deadline);
    } catch (ClosedChannelException | ClosedSelectorException e) {
      throw closed(e);
    } finally {
      turn.unlock();
    }
  }

  /** What an address refuses goes to the next one, as nobody has got it. */
  private Reply exchange(Message message, long deadline) throws IOException, InterruptedException {
    for (int tried = 1; ; tried++) {
      openSocket();
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

  private synchronized void openSocket() throws IOException {
    if (!open) {
      throw closed(null);
    }
    if (spent) {
      Socket old = socket;
      try {
        socket = newSocket();
      } catch (IOException e) {
        throw IoErrors.named("Send to", endpoint(), e);
      }
      old.close(); // not before, as the system might have given its port again
      spent = false;
    }
  }

  /** What came since the last reply answers nothing, such as a copy that the network made. */
  private void discardStrays(long deadline) throws IOException {
    try {
      while (socket.channel.receive(in.clear()) != null && System.nanoTime() - deadline < 0) {
        // One more is gone.
      }
    } catch (PortUnreachableException e) {
      // It tells of an earlier message, whose sender knows by now.
    }
  }

  private Reply exchangeOnce(Message message, long deadline)
      throws IOException, InterruptedException {
    spent = true; // unless all goes well, as a late reply could be taken for the next one
    try {
      Reply reply = message.isEmpty() ? askUnconnected(message, deadline) : ask(message, deadline);
      spent = false;
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
    socket.channel.disconnect();
    Reply reply = ask(message, deadline);
    socket.channel.connect(socket.server);
    return reply;
  }

  private Reply ask(Message message, long deadline) throws IOException, InterruptedException {
    discardStrays(deadline);
    long start = System.nanoTime();
    if (socket.channel.send(message.asReadOnlyByteBuffer(), socket.server) < message.size()) {
      throw new IOException("the socket's send buffer is full");
    }
    Message reply = awaitReply(deadline, start + busyPollNanos);
    return new Reply(reply, System.nanoTime() - start);
  }

  private Message awaitReply(long deadline, long pollUntil)
      throws IOException, InterruptedException {
    long now = System.nanoTime(); // before the socket is looked at, or time may be up in between
    for (; !receiveFromServer(); now = System.nanoTime()) {
      long left = deadline - now;
      if (left <= 0) {
        throw timedOut();
      }
      if (now - pollUntil >= 0) {
        socket.selector.select(key -> {}, Settings.millis(left));
      }
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
    answered = true;
    if (in.position() > maxMessageSize) {
      throw IoErrors.tooLarge(endpoint(), in.position(), maxMessageSize);
    }
    return Message.of(in.array(), 0, in.position());
  }

  private boolean receiveFromServer() throws IOException {
    SocketAddress sender = socket.channel.receive(in.clear());
    return sender != null && (socket.channel.isConnected() || sender.equals(socket.server));
  }

  @Override
  public Endpoint localEndpoint() {
    return socket.local;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public synchronized void close() {
    if (open) {
      open = false;
      socket.close();
      shutDown(worker);
    }
  }
}

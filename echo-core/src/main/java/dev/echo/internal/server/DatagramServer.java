package dev.echo.internal.server;

import dev.echo.EchoServer;
import dev.echo.Endpoint;
import dev.echo.Framing;
import dev.echo.QuitScope;
import dev.echo.internal.Addresses;
import dev.echo.internal.BufferLimit;
import dev.echo.internal.Classes;
import dev.echo.internal.IoErrors;
import dev.echo.internal.Log;
import dev.echo.internal.RemotePeer;
import dev.echo.internal.Settings;
import dev.echo.internal.codec.LineEnding;
import dev.echo.internal.loop.TaskQueue;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A server over UDP: one thread that receives, answers and sends.
 *
 * <p>It blocks in {@code receive}, which costs half the system calls of a selector. For the end it is
 * woken up by a datagram from a socket that serves for nothing else; then it answers what has come,
 * without waiting for more. Where that datagram does not arrive, as through a firewall, the channel
 * is closed after a moment: whoever waits in {@code receive} has nothing left to answer.
 *
 * <p>A blocking channel waits in {@code send}, too, while the system's send buffer is full: for
 * seconds, if it is full of datagrams to hosts that the link does not have. Once that has happened,
 * the server goes on with a selector, and drops what the buffer has no room for. With an executor,
 * where latency matters less, it uses the selector from the start.
 */
final class DatagramServer extends AbstractServer {

  private static final int RECEIVE_BUFFER = 1 << 20;
  private static final int MAX_ON_EXECUTOR = 1024;
  private static final int MAX_FAILURES_IN_A_ROW = 16;
  private static final Duration DEAF = Duration.ofMillis(100);
  private static final long DRAIN_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long LONG_SEND_NANOS = Duration.ofMillis(100).toNanos();

  private final DatagramChannel channel;
  private final SenderCheck senderCheck;

  /** Null if it is unlimited. */
  private final RateLimiter senderRate;

  private final Responder responder;
  private final Thread thread;
  private final Semaphore executorPermits = new Semaphore(MAX_ON_EXECUTOR);

  /** Null until the executor, if there is one, is needed. */
  private ReplySender replySender;

  private final long busyPollNanos;
  private final SenderCache senderCache = new SenderCache();
  private final ByteBuffer in = ByteBuffer.allocate(Settings.MAX_DATAGRAM);
  private final Replies replies;
  private volatile boolean shutdown;

  /** Whether the thread waits in {@code receive}, or is about to. */
  private volatile boolean waits;

  /** Whether to wait by a selector, so that no send waits. */
  private volatile boolean selects;

  /** Null until it is needed. */
  private volatile Selector selector;

  /** Wakes the thread up for the end; null until then. */
  private DatagramChannel bell;

  private volatile InetSocketAddress bellAddress;

  private DatagramServer(DatagramChannel channel, InetSocketAddress address, ServerConfig config) {
    super(Addresses.udp(address), config);
    Classes.initialize(Log.class, Responder.Outcome.class);
    this.channel = channel;
    this.replies = new Replies(buffers);
    this.senderCheck = new SenderCheck(address, config.nanoClock);
    this.senderRate = config.maxSenderRate == 0 ? null : new RateLimiter(config.maxSenderRate);
    // The datagram is the frame, in which a line feed forges nothing.
    boolean lines = config.framing == Framing.LINES;
    this.responder = new Responder(config, lines ? Framing.LINES : Framing.RAW, false, events);
    this.busyPollNanos = Settings.nanos(config.busyPoll);
    this.selects = config.executor != null;
    this.thread = newThread(this::run, "0");
  }

  static EchoServer start(Endpoint.Udp endpoint, ServerConfig config) throws IOException {
    DatagramChannel channel = null;
    try {
      SocketAddress address = Addresses.resolve(endpoint).get(0);
      // The first one that is closed takes the JDK a descriptor, and there may be none at the end.
      DatagramChannel.open(Addresses.family(address)).close();
      channel = DatagramChannel.open(Addresses.family(address));
      channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER);
      channel.bind(address);
      InetSocketAddress bound = (InetSocketAddress) channel.getLocalAddress();
      DatagramServer server = new DatagramServer(channel, bound, config);
      server.events.started(server.endpoint());
      server.thread.start();
      return server;
    } catch (IOException | RuntimeException | Error e) {
      if (channel != null) {
        channel.close();
      }
      if (e instanceof Error error) {
        throw error;
      }
      throw IoErrors.named("Bind", endpoint, (Exception) e);
    }
  }

  @Override
  public void shutdown() {
    boolean isFirst = !shutdown;
    shutdown = true;
    if (Thread.currentThread() == thread) {
      return;
    }
    Selector waiting = selector;
    if (waiting != null) {
      waiting.wakeup();
      return;
    }
    try {
      ring(); // each time, as a datagram may get lost
      if (isFirst) {
        newThread(this::closeIfDeaf, "end").start();
      }
    } catch (OutOfMemoryError e) { // for want of threads, too
      closeIfWaiting();
    }
  }

  @Override
  public void shutdownNow() {
    force();
    shutdown = true;
    closeChannel();
    if (Thread.currentThread() != thread) {
      thread.interrupt(); // for user code that blocks
    }
  }

  private void closeIfDeaf() {
    try {
      if (!awaitTermination(DEAF)) {
        closeIfWaiting();
      }
    } catch (InterruptedException e) {
      closeIfWaiting();
    }
  }

  private void closeIfWaiting() {
    if (waits) {
      closeChannel();
    }
  }

  /** Not by the server's own channel, whose sends may wait. */
  private synchronized void ring() {
    if (!channel.isOpen()) {
      return; // nor will anybody close the bell
    }
    InetSocketAddress server = senderCheck.reachable();
    try {
      if (bell == null) {
        bell = DatagramChannel.open(Addresses.family(server));
      }
      if (bellAddress == null) {
        bell.configureBlocking(false);
        bell.bind(new InetSocketAddress(server.getAddress(), 0));
        bellAddress = (InetSocketAddress) bell.getLocalAddress();
      }
      bell.send(ByteBuffer.allocate(0), server);
    } catch (IOException | OutOfMemoryError e) {
      closeChannel(); // this wakes the thread, too, though at the cost of what it has not read
    }
  }

  private synchronized void closeBell() {
    if (bell != null) {
      events.close(bell, self);
    }
  }

  private void closeChannel() {
    events.close(channel, self);
    Selector waiting = selector;
    if (waiting != null) {
      waiting.wakeup(); // it does not notice by itself
    }
  }

  private void run() {
    Throwable death = null;
    try {
      serve();
      executorPermits.acquire(MAX_ON_EXECUTOR);
    } catch (ClosedChannelException | InterruptedException e) {
      death = shutdown ? null : e;
    } catch (Throwable e) { // whatever it is, those who await the end must learn of it
      death = e;
    } finally {
      end(death);
    }
    if (death != null) {
      Log.loopDied(endpoint(), death);
    }
  }

  /** Each step is made, whatever the one before it throws. */
  private void end(Throwable death) {
    shutdown = true;
    try {
      closeChannel();
      closeSelector();
      closeBell();
      if (death != null) {
        events.failed("Serve", self, death);
      }
      endReplySender();
    } finally {
      terminate();
    }
  }

  private void endReplySender() {
    if (replySender == null) {
      return;
    }
    if (isForced()) {
      replySender.shutdownNow(); // a listener may block it
    } else {
      replySender.shutdown();
    }
  }

  private void closeSelector() {
    if (selector != null) {
      events.close(selector, self);
    }
  }

  private void serve() throws IOException, InterruptedException {
    long drainUntil = 0;
    while (true) {
      boolean drains = shutdown; // once a round, or what is received as it changes would be lost
      if (drains && drainUntil == 0) {
        drainUntil = System.nanoTime() + DRAIN_NANOS;
      }
      boolean isLast = drains && System.nanoTime() - drainUntil > 0;
      InetSocketAddress sender = receiveRetrying();
      if (sender == null) {
        return;
      }
      try {
        serve(sender);
      } catch (OutOfMemoryError e) { // to name the sender would take memory
        awaitMemory(e, true);
      }
      if (isLast) {
        return;
      }
    }
  }

  private void serve(InetSocketAddress sender) throws InterruptedException {
    if (sender.equals(bellAddress)) {
      return;
    }
    if (isTooFrequent(sender) || senderCheck.isRefused(sender)) {
      events.rejected();
    } else {
      answer(sender);
    }
  }

  private boolean isTooFrequent(InetSocketAddress sender) {
    return senderRate != null
        && senderRate.isExceeded(sender.getAddress(), config.nanoClock.getAsLong());
  }

  private InetSocketAddress receiveRetrying() throws IOException {
    int failures = 0;
    for (int withoutMemory = 0; ; ) {
      try {
        return receive();
      } catch (ClosedChannelException e) {
        throw e;
      } catch (IOException e) {
        if (++failures >= MAX_FAILURES_IN_A_ROW) {
          throw e;
        }
        events.failed("Receive on", self, e);
      } catch (OutOfMemoryError e) {
        if (++withoutMemory >= MAX_FAILURES_IN_A_ROW && shutdown) {
          throw e;
        }
        awaitMemory(e, withoutMemory == 1);
      }
    }
  }

  /** There may be room again, when others have let go of theirs. */
  private void awaitMemory(OutOfMemoryError error, boolean tells) {
    try {
      if (tells) {
        events.failed(self, error);
      }
      pause();
    } catch (OutOfMemoryError e) {
      // Code that runs for the first time may need memory, too; the next try comes all the same.
    }
  }

  /** Waits for a datagram, or after shutdown only looks for one: null if there is none. */
  private InetSocketAddress receive() throws IOException {
    clearInterrupt(); // which would close the channel
    if (busyPollNanos > 0 && !shutdown) {
      channel.configureBlocking(false);
      long start = System.nanoTime();
      do {
        SocketAddress sender = channel.receive(in.clear());
        if (sender != null) {
          return (InetSocketAddress) sender;
        }
      } while (System.nanoTime() - start < busyPollNanos);
    }
    waits = !selects;
    try {
      boolean block = !shutdown && !selects;
      waits = block;
      if (channel.isBlocking() != block) {
        channel.configureBlocking(block);
      }
      SocketAddress sender = channel.receive(in.clear());
      while (sender == null && !shutdown) {
        awaitDatagram();
        sender = channel.receive(in.clear());
      }
      return (InetSocketAddress) sender;
    } finally {
      waits = false;
    }
  }

  private void awaitDatagram() throws IOException {
    if (selector == null) {
      openSelector();
    }
    if (!shutdown) { // or else it has seen the selector, and will wake it up
      selector.select(key -> {});
      clearInterrupt(); // which would have select return for ever
    }
  }

  private void openSelector() throws IOException {
    Selector opened = null;
    try {
      opened = Selector.open();
      channel.register(opened, SelectionKey.OP_READ);
    } catch (IOException | OutOfMemoryError e) { // until there is room for it, sends may wait
      selects = false;
      if (opened != null) {
        events.close(opened, self);
      }
      throw e;
    }
    selector = opened;
  }

  private void answer(InetSocketAddress sender) throws InterruptedException {
    byte[] bytes = in.array();
    int size = in.position();
    LineEnding ending =
        config.framing == Framing.LINES ? LineEnding.of(bytes, 0, size) : LineEnding.NONE;
    int to = size - ending.bytes.length;
    RemotePeer peer = senderCache.peer(sender);
    if (to > config.maxMessageSize) {
      events.dropped(peer, IoErrors.tooLarge(peer.endpoint(), to, config.maxMessageSize));
      return;
    }
    long number = peer.nextMessage();
    if (config.executor == null) {
      try {
        Responder.Outcome outcome = responder.respond(bytes, 0, to, ending, peer, number, replies);
        reply(outcome, replies, sender, peer);
      } catch (BufferLimit.Exceeded e) {
        events.dropped(peer, e);
      } finally {
        replies.clear();
      }
    } else {
      answerOnExecutor(bytes, to, ending, sender, peer, number);
    }
  }

  private void answerOnExecutor(
      byte[] bytes,
      int size,
      LineEnding ending,
      InetSocketAddress sender,
      RemotePeer peer,
      long number)
      throws InterruptedException {
    executorPermits.acquire();
    Answer answer;
    try {
      if (replySender == null) {
        replySender = ReplySender.start(this);
      }
      answer = new Answer(bytes, size, ending, sender, peer, number);
    } catch (BufferLimit.Exceeded | OutOfMemoryError e) {
      executorPermits.release();
      events.dropped(peer, e);
      return;
    }
    try {
      config.executor.execute(() -> runInside(answer));
    } catch (Throwable e) { // of user code
      if (answer.begin()) {
        answer.release();
        events.userCodeFailed(peer, e);
      } else {
        events.failed(peer, e); // of an executor that has taken it all the same
      }
    }
  }

  /** What the executor does for a datagram; until it is sent, it holds a permit and its room. */
  private final class Answer implements Runnable {
    private final byte[] message;
    private final LineEnding ending;
    private final InetSocketAddress sender;
    private final RemotePeer peer;
    private final long number;
    private final AtomicBoolean begun = new AtomicBoolean();

    /** Made beforehand, as there may be no memory for it when the answer is there. */
    private final TaskQueue.Task sending = new TaskQueue.Task(this::send);

    private Replies own;
    private Responder.Outcome outcome;

    Answer(
        byte[] bytes,
        int size,
        LineEnding ending,
        InetSocketAddress sender,
        RemotePeer peer,
        long number) {
      this.ending = ending;
      this.sender = sender;
      this.peer = peer;
      this.number = number;
      this.message = buffers.allocate(size).put(bytes, 0, size).array();
    }

    /** Returns whether it had not begun; it is done at most once. */
    boolean begin() {
      return begun.compareAndSet(false, true);
    }

    @Override
    public void run() {
      if (!begin()) {
        return;
      }
      try {
        own = new Replies(message.length, buffers);
        outcome = responder.respond(message, 0, message.length, ending, peer, number, own);
      } catch (Throwable e) { // without memory
        release();
        events.dropped(peer, e);
        return;
      }
      // Not from here: an interrupt of the user's thread would close the channel.
      if (!replySender.execute(sending)) {
        release(); // the server was forced to end
      }
    }

    private void send() {
      try {
        reply(outcome, own, sender, peer);
      } finally {
        release();
      }
    }

    void release() {
      buffers.release(message.length);
      if (own != null) {
        own.release();
      }
      executorPermits.release();
    }
  }

  private void reply(
      Responder.Outcome outcome, Replies reply, InetSocketAddress sender, RemotePeer peer) {
    if (outcome == Responder.Outcome.FAILED) {
      return;
    }
    reply.publishTo(events);
    try {
      clearInterrupt(); // which would close the channel
      send(reply.view(), sender);
    } catch (IOException e) {
      events.dropped(peer, IoErrors.named("Send to", peer.endpoint(), e));
    } catch (OutOfMemoryError e) { // for the JDK's own buffer
      events.dropped(peer, e);
    }
    if (outcome == Responder.Outcome.QUIT && config.quitScope == QuitScope.SERVER) {
      shutdown();
    }
  }

  private void send(ByteBuffer datagram, InetSocketAddress sender) throws IOException {
    long start = System.nanoTime();
    channel.send(datagram, sender);
    if (datagram.hasRemaining()) {
      throw new IOException("the system's send buffer is full");
    }
    if (System.nanoTime() - start > LONG_SEND_NANOS) {
      selects = true;
    }
  }
}

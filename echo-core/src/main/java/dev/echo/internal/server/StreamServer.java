package dev.echo.internal.server;

import dev.echo.CloseReason;
import dev.echo.EchoServer;
import dev.echo.Endpoint;
import dev.echo.internal.Classes;
import dev.echo.internal.Closing;
import dev.echo.internal.IoErrors;
import dev.echo.internal.Log;
import dev.echo.internal.ProxyHeader;
import dev.echo.internal.RemotePeer;
import dev.echo.internal.Settings;
import dev.echo.internal.codec.FrameDecoder;
import dev.echo.internal.codec.ProxyHeaderDecoder;
import dev.echo.internal.loop.LoopOwner;
import dev.echo.internal.loop.TaskQueue;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A server over TCP or Unix sockets: an acceptor and its connections on one or more event loops.
 */
final class StreamServer extends AbstractServer implements LoopOwner {

  /**
   * How long connections go to the other loops when there are no threads or descriptors for one.
   */
  private static final long START_PAUSE_NANOS = Duration.ofSeconds(1).toNanos();

  final Responder responder;
  final long idleNanos;
  final long handshakeNanos;

  /** Set once, before the first loop starts. */
  private Acceptor acceptor;

  /** Those started so far come first. Only the acceptor, on the first, starts more. */
  private final Worker[] workers;

  private volatile int startedLoops;

  /** Null if connections are plain. */
  private final ExecutorService handshakeTasks;

  /** What of the above has no thread yet; its removal takes neither a lock nor memory. */
  private final BlockingQueue<Runnable> waitingTasks = new LinkedTransferQueue<>();

  private final AtomicInteger runningLoops = new AtomicInteger();
  private final AtomicInteger connections = new AtomicInteger();
  private int nextTurn;

  /** When to try again to start a loop, after that has failed. */
  private long nextStart = Long.MIN_VALUE;

  private volatile boolean shutdown;

  /** Before the end, on the first loop: those that are connected by then are served, too. */
  private final TaskQueue.Task takeLast = new TaskQueue.Task(() -> acceptor.acceptLast());

  private final AtomicBoolean takesLast = new AtomicBoolean();

  private StreamServer(Endpoint bound, ServerConfig config) {
    super(bound, config);
    this.responder = new Responder(config, config.framing, false, events);
    this.idleNanos = Settings.nanos(config.idleTimeout);
    this.handshakeNanos = Settings.nanos(config.handshakeTimeout);
    this.workers = new Worker[config.eventLoops];
    this.handshakeTasks = config.tls == null ? null : newHandshakeTasks();
    Classes.initialize(
        Batch.class,
        CloseReason.class,
        FrameDecoder.Result.class,
        Level.class,
        LingeringClose.class,
        Log.class,
        OtherProtocols.class,
        ProxyHeader.class,
        ProxyHeaderDecoder.class,
        Responder.Outcome.class);
  }

  static EchoServer start(Endpoint endpoint, ServerConfig config) throws IOException {
    Closing.prepare("Bind", endpoint);
    ListeningSocket socket = ListeningSocket.bind(endpoint);
    StreamServer server = null;
    try {
      server = new StreamServer(socket.endpoint, config);
      server.startAccepting(socket);
      return server;
    } catch (IOException | RuntimeException | Error e) {
      Closing.close(socket);
      if (server != null) {
        server.end();
      }
      if (e instanceof IOException failure) {
        throw IoErrors.named("Start", endpoint, failure);
      }
      throw e;
    }
  }

  private void startAccepting(ListeningSocket socket) throws IOException {
    Worker first = new Worker(this, 0);
    try {
      acceptor = new Acceptor(this, first.loop, socket);
      events.started();
      start(first);
    } catch (Throwable e) {
      first.loop.discard();
      throw e;
    }
  }

  private void startWorker(int index) throws IOException {
    Worker worker = new Worker(this, index);
    try {
      start(worker);
    } catch (Throwable e) {
      worker.loop.discard();
      throw e;
    }
  }

  private void start(Worker worker) {
    int index = startedLoops;
    workers[index] = worker;
    startedLoops = index + 1;
    runningLoops.incrementAndGet();
    try {
      worker.loop.start();
    } catch (Throwable e) {
      startedLoops = index;
      workers[index] = null;
      runningLoops.decrementAndGet();
      throw e;
    }
  }

  // The ends below are reached without memory: no iterators, no new lambdas.

  @Override
  public void shutdown() {
    shutdown = true;
    if (!takesLast.getAndSet(true)) {
      workers[0].loop.execute(takeLast);
      workers[0].loop.shutdown();
    }
  }

  @Override
  public void shutdownNow() {
    shutdown = true;
    force();
    for (int i = 0; i < startedLoops; i++) {
      Worker worker = workers[i];
      if (worker != null) { // else its thread could not be started
        worker.loop.shutdownNow();
      }
    }
  }

  /** Called on the first loop, which from here on starts no other. */
  void acceptorClosed() {
    for (int i = 1; i < startedLoops; i++) {
      if (isForced()) {
        workers[i].loop.shutdownNow();
      } else {
        workers[i].loop.shutdown();
      }
    }
  }

  @Override
  public void loopDied(Throwable reason) {
    events.failed("Serve", self, reason);
    shutdownNow();
  }

  @Override
  public void loopEnded(Throwable death) {
    try {
      if (runningLoops.decrementAndGet() == 0) {
        end();
      }
    } finally {
      if (death != null) {
        Log.loopDied(endpoint(), death);
      }
    }
  }

  private void end() {
    try {
      if (handshakeTasks != null) {
        handshakeTasks.shutdownNow();
      }
    } finally {
      terminate();
    }
  }

  /** A thread starts with a task, as long as there are fewer than processors. */
  private ExecutorService newHandshakeTasks() {
    AtomicInteger started = new AtomicInteger();
    int threads = Runtime.getRuntime().availableProcessors();
    return new ThreadPoolExecutor(
        threads,
        threads,
        0,
        TimeUnit.NANOSECONDS,
        waitingTasks,
        task -> newThread(task, "tls-" + started.getAndIncrement()));
  }

  /** Runs what a handshake takes most of its time for. */
  void execute(Runnable handshakeTask) {
    handshakeTasks.execute(handshakeTask);
  }

  /** Forgets a task that has not begun, as its handshake has ended; never throws. */
  void withdraw(Runnable handshakeTask) {
    try {
      waitingTasks.remove(handshakeTask);
    } catch (OutOfMemoryError e) {
      // Code that runs for the first time may need memory; when its turn comes, it does nothing.
    }
  }

  boolean isShutdown() {
    return shutdown;
  }

  boolean isFull() {
    return connections.get() >= config.maxConnections;
  }

  /** Gives a connection to the loop whose turn it is. */
  void open(SocketChannel channel, RemotePeer peer) throws IOException {
    Worker worker = nextWorker();
    Connection connection =
        config.faults == null ? new Connection(worker, peer) : new FaultyConnection(worker, peer);
    if (worker == workers[0]) {
      connections.incrementAndGet();
      Opening.open(connection, channel);
      return;
    }
    TaskQueue.Task open = new TaskQueue.Task(() -> Opening.open(connection, channel));
    connections.incrementAndGet();
    if (!worker.loop.execute(open)) {
      channel.close(); // its loop has died, and with it the server ends: no place is needed
    }
  }

  private Worker nextWorker() {
    int turn = nextTurn;
    if (turn == startedLoops && !startNext(turn)) {
      turn = 0;
    }
    nextTurn = (turn + 1) % config.eventLoops;
    return workers[turn];
  }

  private boolean startNext(int index) {
    long now = config.nanoClock.getAsLong();
    if (now < nextStart) {
      return false;
    }
    try {
      startWorker(index);
      return true;
    } catch (IOException | OutOfMemoryError e) { // no descriptors or no threads
      nextStart = now + START_PAUSE_NANOS;
      events.failed("Start an event loop for", self, e);
      return false;
    }
  }

  /** Never throws: a place whose return can't be told is found by the acceptor itself. */
  void connectionClosed() {
    if (connections.getAndDecrement() == config.maxConnections) {
      try {
        workers[0].loop.execute(acceptor::resume);
      } catch (OutOfMemoryError e) {
        events.failed(self, e);
      }
    }
  }
}

package dev.echo.internal.server;

import dev.echo.EchoServer;
import dev.echo.Endpoint;
import dev.echo.Framing;
import dev.echo.QuitScope;
import dev.echo.internal.Addresses;
import dev.echo.internal.Classes;
import dev.echo.internal.Closing;
import dev.echo.internal.IoErrors;
import dev.echo.internal.Log;
import dev.echo.internal.RemotePeer;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A server over UDP. One thread receives, answers and sends, or several, each of which has sockets
 * of its own.
 *
 * <p>With an executor such a thread only receives; the executor answers, and one more thread sends.
 * With faults, too, one more thread sends.
 */
final class DatagramServer extends AbstractServer {

  private final DatagramWorker[] workers;

  /** How many threads have not received their last datagram. */
  private final AtomicInteger receiving;

  /** How many threads have not ended. */
  private final AtomicInteger running;

  final SenderFilter filter;
  final SenderCache senders = new SenderCache();
  final Responder responder;

  /** Null if the threads that receive answer and send. */
  final DatagramExecutor executor;

  private DatagramServer(DatagramSockets sockets, ServerConfig config) {
    super(Addresses.udp(sockets.address), config);
    Classes.initialize(Level.class, Log.class, Responder.Outcome.class);
    this.filter = new SenderFilter(sockets.address, config.maxSenderRate, config.nanoClock);
    boolean lines = config.framing == Framing.LINES;
    this.responder = new Responder(config, lines ? Framing.LINES : Framing.RAW, true, events);
    List<DatagramSockets.Share> shares = sockets.shares;
    this.executor =
        config.usesReplyThread() ? new DatagramExecutor(this, responder, shares.size()) : null;
    this.workers = new DatagramWorker[shares.size()];
    this.receiving = new AtomicInteger(workers.length);
    this.running = new AtomicInteger(workers.length);
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new DatagramWorker(this, i, shares.get(i), sockets.address, workers.length == 1);
    }
  }

  static EchoServer start(Endpoint.Udp endpoint, ServerConfig config) throws IOException {
    Closing.prepare("Bind", endpoint);
    DatagramSockets sockets = bind(endpoint, config.eventLoops);
    try {
      return start(sockets, config);
    } catch (RuntimeException | Error e) {
      sockets.close();
      throw e;
    }
  }

  private static DatagramSockets bind(Endpoint.Udp endpoint, int threads) throws IOException {
    try {
      return DatagramSockets.open(endpoint, threads);
    } catch (IOException | RuntimeException e) {
      throw IoErrors.named("Bind", endpoint, e);
    }
  }

  /** For tests: starts with a channel that is bound, which the caller closes if this fails. */
  static EchoServer start(DatagramChannel bound, ServerConfig config) throws IOException {
    return start(DatagramSockets.of(bound), config);
  }

  private static EchoServer start(DatagramSockets sockets, ServerConfig config) {
    DatagramServer server = new DatagramServer(sockets, config);
    server.events.started();
    server.startThreads();
    return server;
  }

  private void startThreads() {
    int started = 0;
    try {
      for (; started < workers.length; started++) {
        workers[started].thread.start();
      }
    } catch (Throwable e) {
      shutdownNow();
      leave(workers.length - started);
      close();
      throw e;
    }
  }

  // The ends below are reached without memory: no iterators, no lambdas.

  @Override
  public void shutdown() {
    for (int i = 0; i < workers.length; i++) {
      workers[i].receiver.shutdown();
    }
  }

  @Override
  public void shutdownNow() {
    force();
    for (int i = 0; i < workers.length; i++) {
      workers[i].receiver.shutdownNow();
    }
  }

  /** Called by each thread that has received its last datagram; the last one waits for all. */
  void received() throws InterruptedException {
    if (receiving.decrementAndGet() == 0 && executor != null) {
      executor.awaitAnswers();
    }
  }

  /** Called by a thread that ends for another reason than a shutdown. */
  void died(DatagramWorker worker, Throwable death) {
    worker.receiver.close();
    events.failed("Serve", self, death);
    if (workers.length > 1) {
      shutdownNow();
    }
  }

  /** Called when so many threads have ended. */
  void leave(int threads) {
    if (running.addAndGet(-threads) == 0) {
      end();
    }
  }

  /** Each step is made, whatever the one before it throws. */
  private void end() {
    try {
      // Only now: were one of them closed before, the system would give its senders to others.
      for (int i = 0; i < workers.length; i++) {
        workers[i].receiver.close();
      }
      if (executor != null) {
        executor.close();
      }
    } finally {
      terminate();
    }
  }

  /** Sends what was answered, and counts it; is called on one thread at a time for each socket. */
  void reply(
      Responder.Outcome outcome,
      Replies reply,
      ReplySocket socket,
      InetSocketAddress recipient,
      RemotePeer peer) {
    if (outcome != Responder.Outcome.FAILED) {
      reply.publishTo(events);
      try {
        send(reply.view(), socket, recipient, peer);
      } catch (OutOfMemoryError e) { // for the view
        events.dropped(peer, e);
      }
      conclude(outcome);
    }
  }

  /** Ends the server, if a message has asked for it. */
  void conclude(Responder.Outcome outcome) {
    if (outcome == Responder.Outcome.QUIT && config.quitScope == QuitScope.SERVER) {
      shutdown();
    }
  }

  boolean isShutdown() {
    return workers[0].receiver.isShutdown();
  }

  /** Sends a datagram; is called on one thread at a time for each socket. */
  void send(ByteBuffer datagram, ReplySocket socket, InetSocketAddress recipient, RemotePeer peer) {
    try {
      socket.send(datagram, recipient);
    } catch (IOException e) {
      events.dropped(peer, IoErrors.named("Send to", peer.endpoint(), e));
    } catch (OutOfMemoryError e) { // for the JDK's own buffer
      events.dropped(peer, e);
    }
  }
}

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
import dev.echo.internal.codec.LineEnding;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;

/**
 * A server over UDP. One thread receives, answers and sends.
 *
 * <p>With an executor that thread only receives; the executor answers, and a second thread sends.
 * With faults, too, a second thread sends.
 */
final class DatagramServer extends AbstractServer {

  private static final int RECEIVE_BUFFER = 1 << 20;

  private final Thread thread;
  private final DatagramReceiver receiver;
  private final SenderFilter filter;
  private final SenderCache senders = new SenderCache();
  private final Responder responder;
  private final Replies replies;

  /** Null if one thread receives, answers and sends. */
  private final DatagramExecutor executor;

  private DatagramServer(DatagramChannel channel, InetSocketAddress address, ServerConfig config) {
    super(Addresses.udp(address), config);
    Classes.initialize(Level.class, Log.class, Responder.Outcome.class);
    this.thread = newThread(this::run, "0");
    this.receiver = new DatagramReceiver(this, thread, channel, address);
    this.filter = new SenderFilter(address, config.maxSenderRate, config.nanoClock);
    boolean lines = config.framing == Framing.LINES;
    this.responder = new Responder(config, lines ? Framing.LINES : Framing.RAW, true, events);
    this.replies = new Replies(buffers);
    this.executor = config.usesReplyThread() ? new DatagramExecutor(this, responder) : null;
  }

  static EchoServer start(Endpoint.Udp endpoint, ServerConfig config) throws IOException {
    DatagramChannel channel = null;
    try {
      SocketAddress address = Addresses.resolve(endpoint).get(0);
      // The first one that is closed takes the JDK a descriptor, and there may be none at the end.
      DatagramChannel.open(Addresses.family(address)).close();
      channel = DatagramChannel.open(Addresses.family(address));
      channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER);
      return start(channel.bind(address), config);
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

  /** Starts with a channel that is bound, which the caller closes if this fails. */
  static EchoServer start(DatagramChannel bound, ServerConfig config) throws IOException {
    InetSocketAddress address = (InetSocketAddress) bound.getLocalAddress();
    DatagramServer server = new DatagramServer(bound, address, config);
    server.events.started(server.endpoint());
    server.thread.start();
    return server;
  }

  @Override
  public void shutdown() {
    receiver.shutdown();
  }

  @Override
  public void shutdownNow() {
    force();
    receiver.shutdownNow();
  }

  private void run() {
    Throwable death = null;
    try {
      serve();
      if (executor != null) {
        executor.awaitAnswers();
      }
    } catch (ClosedChannelException | InterruptedException e) {
      death = receiver.isShutdown() ? null : e;
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
    try {
      receiver.close();
      if (death != null) {
        events.failed("Serve", self, death);
      }
      if (executor != null) {
        executor.close();
      }
    } finally {
      terminate();
    }
  }

  private void serve() throws IOException, InterruptedException {
    InetSocketAddress sender;
    while ((sender = receiver.receive()) != null) {
      try {
        serve(sender);
      } catch (OutOfMemoryError e) { // to name the sender would take memory
        awaitMemory(e, true);
      }
    }
    clearInterrupt(); // of user code that was called last
  }

  private void serve(InetSocketAddress sender) throws InterruptedException {
    if (filter.isRefused(sender)) {
      events.rejected();
    } else {
      answer(sender);
    }
  }

  private void answer(InetSocketAddress sender) throws InterruptedException {
    byte[] bytes = receiver.bytes();
    int size = receiver.size();
    LineEnding ending =
        config.framing == Framing.LINES ? LineEnding.of(bytes, 0, size) : LineEnding.NONE;
    int to = size - ending.bytes.length;
    RemotePeer peer = senders.peer(sender);
    long number = peer.nextMessage();
    if (to > config.maxMessageSize) {
      events.dropped(peer, IoErrors.tooLarge(peer.endpoint(), to, config.maxMessageSize));
      return;
    }
    if (executor != null) {
      executor.answer(bytes, to, ending, sender, peer, number);
      return;
    }
    try {
      Responder.Outcome outcome = responder.respond(bytes, 0, to, ending, peer, number, replies);
      reply(outcome, replies, sender, peer);
    } catch (BufferLimit.Exceeded e) {
      events.dropped(peer, e);
    } finally {
      replies.clear();
    }
  }

  /** Sends what was answered, and counts it; is called on one thread at a time. */
  void reply(
      Responder.Outcome outcome, Replies reply, InetSocketAddress recipient, RemotePeer peer) {
    if (outcome != Responder.Outcome.FAILED) {
      reply.publishTo(events);
      try {
        send(reply.view(), recipient, peer);
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
    return receiver.isShutdown();
  }

  /** Sends a datagram; is called on one thread at a time. */
  void send(ByteBuffer datagram, InetSocketAddress recipient, RemotePeer peer) {
    try {
      receiver.send(datagram, recipient);
    } catch (IOException e) {
      events.dropped(peer, IoErrors.named("Send to", peer.endpoint(), e));
    } catch (OutOfMemoryError e) { // for the JDK's own buffer
      events.dropped(peer, e);
    }
  }
}

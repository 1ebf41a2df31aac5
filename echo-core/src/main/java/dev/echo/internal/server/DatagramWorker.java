package dev.echo.internal.server;

import dev.echo.Framing;
import dev.echo.internal.BufferLimit;
import dev.echo.internal.IoErrors;
import dev.echo.internal.Log;
import dev.echo.internal.RemotePeer;
import dev.echo.internal.codec.LineEnding;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;

/**
 * A thread of a server over UDP that receives. Without an executor it answers, too, and if there is
 * no fault plan, either, it sends.
 */
final class DatagramWorker implements Runnable {

  private final DatagramServer server;
  private final ServerConfig config;
  private final ServerEvents events;
  final Thread thread;
  final DatagramReceiver receiver;
  private final Replies replies;

  /** Guards what all threads know of senders; null if there is one thread. */
  private final Object lock;

  /** Who has sent the datagram received last. */
  private RemotePeer peer;

  /** Which of that peer's it is. */
  private long number;

  /**
   * @param address of a single socket
   * @param isAlone whether there is one thread
   */
  DatagramWorker(
      DatagramServer server,
      int index,
      DatagramSockets.Share share,
      InetSocketAddress address,
      boolean isAlone) {
    this.server = server;
    this.config = server.config;
    this.events = server.events;
    this.thread = server.newThread(this, Integer.toString(index));
    this.receiver = share.selector == null
        ? new BlockingReceiver(server, thread, share.channels.get(0), address)
        : new SelectingReceiver(server, thread, share);
    this.replies = new Replies(server.buffers);
    this.lock = isAlone ? null : server.senders;
  }

  @Override
  public void run() {
    Throwable death = null;
    try {
      serve();
      server.received();
    } catch (ClosedChannelException | InterruptedException e) {
      death = receiver.isShutdown() ? null : e;
    } catch (Throwable e) { // whatever it is, those who await the end must learn of it
      death = e;
    } finally {
      end(death);
    }
    if (death != null) {
      Log.loopDied(server.endpoint(), death);
    }
  }

  private void end(Throwable death) {
    try {
      if (death != null) {
        server.died(this, death);
      }
    } finally {
      server.leave(1);
    }
  }

  private void serve() throws IOException, InterruptedException {
    InetSocketAddress sender;
    while ((sender = receiver.receive()) != null) {
      try {
        serve(sender);
      } catch (OutOfMemoryError e) { // to name the sender would take memory
        events.dropped(server.self, e);
        server.pause();
      }
    }
    server.clearInterrupt(); // of user code that was called last
  }

  private void serve(InetSocketAddress sender) throws InterruptedException {
    if (isAccepted(sender)) {
      answer(sender);
    } else {
      events.rejected();
    }
  }

  private boolean isAccepted(InetSocketAddress sender) {
    if (server.filter.mustNotBeAnswered(sender)) {
      return false; // without the lock, as it may take long
    }
    if (lock == null) {
      return lookUp(sender);
    }
    synchronized (lock) {
      return lookUp(sender);
    }
  }

  /** Finds the peer and counts its message, or returns false if it is to get no reply. */
  private boolean lookUp(InetSocketAddress sender) {
    if (server.filter.isTooFrequent(sender.getAddress())) {
      return false;
    }
    peer = server.senders.peer(sender);
    number = peer.nextMessage();
    return true;
  }

  private void answer(InetSocketAddress sender) throws InterruptedException {
    byte[] bytes = receiver.bytes();
    int size = receiver.size();
    LineEnding ending =
        config.framing == Framing.LINES ? LineEnding.of(bytes, 0, size) : LineEnding.NONE;
    int to = size - ending.bytes.length;
    if (to > config.maxMessageSize) {
      events.dropped(peer, IoErrors.tooLarge(peer.endpoint(), to, config.maxMessageSize));
      return;
    }
    ReplySocket socket = receiver.socket();
    if (server.executor != null) {
      server.executor.answer(bytes, to, ending, new Recipient(socket, sender, peer, number));
      return;
    }
    try {
      Responder.Outcome outcome =
          server.responder.respond(bytes, 0, to, ending, peer, number, replies);
      server.reply(outcome, replies, socket, sender, peer);
    } catch (BufferLimit.Exceeded e) {
      events.dropped(peer, e);
    } finally {
      replies.clear();
    }
  }
}

package dev.echo;

import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import javax.net.ssl.SSLSession;

/** Counts what happens in a server, logs it and tells the listener, whose failures end here. */
final class ServerEvents {

  final LongAdder connectionsOpened = new LongAdder();
  final LongAdder connectionsClosed = new LongAdder();
  final LongAdder messages = new LongAdder();
  final LongAdder bytesIn = new LongAdder();
  final LongAdder bytesOut = new LongAdder();
  final LongAdder rejected = new LongAdder();
  final LongAdder dropped = new LongAdder();
  final LongAdder errors = new LongAdder();

  private final EchoListener listener;
  private final AtomicBoolean listenerFailed = new AtomicBoolean();
  private final AtomicBoolean userCodeFailed = new AtomicBoolean();
  private volatile boolean terminated;

  /**
   * @param listener null if nobody listens
   */
  ServerEvents(EchoListener listener) {
    this.listener = listener;
  }

  boolean wantsExchanges() {
    return listener != null;
  }

  void started(Endpoint endpoint) {
    tell(() -> listener.onStart(endpoint));
  }

  void opened(Endpoint peer) {
    connectionsOpened.increment();
    Log.log(Level.DEBUG, () -> "Opened " + peer, null);
    tell(() -> listener.onOpen(peer));
  }

  /** A connection is about to open under TLS. */
  void secured(Endpoint peer, SSLSession session) {
    tell(() -> listener.onHandshake(peer, session));
  }

  void echoed(Exchange exchange) {
    tell(() -> listener.onEcho(exchange));
  }

  void rejected() {
    rejected.increment();
  }

  /** A message was read and gets no reply. */
  void dropped(Endpoint sender, Throwable error) {
    dropped.increment();
    failed(sender, error);
  }

  /** User code threw, or returned what it must not. */
  void userCodeFailed(Endpoint sender, Throwable error) {
    if (userCodeFailed.compareAndSet(false, true)) {
      Log.log(
          Level.WARNING,
          () -> "A message from " + sender + " failed; more such are logged at DEBUG",
          error);
    }
    dropped(sender, error);
  }

  /** A connection ends, or something else went wrong, for the given reason. */
  void failed(Endpoint peer, Throwable error) {
    errors.increment();
    Log.log(Level.DEBUG, () -> "Failure at " + peer, error);
    tell(() -> listener.onError(peer, error));
  }

  /** As above, for what does not say what was done and where. */
  void failed(String operation, Endpoint peer, Throwable error) {
    failed(peer, error instanceof IOException e ? Sockets.named(operation, peer, e) : error);
  }

  void closed(Endpoint peer) {
    connectionsClosed.increment();
    Log.log(Level.DEBUG, () -> "Closed " + peer, null);
    tell(() -> listener.onClose(peer));
  }

  /** Closes and never throws, as what follows must not be left undone. */
  void close(Closeable resource, Endpoint peer) {
    try {
      resource.close();
    } catch (Throwable e) {
      failed("Close", peer, e);
    }
  }

  void loopDied(Endpoint endpoint, Throwable error) {
    Log.log(Level.ERROR, () -> "The event loop of " + endpoint + " died", error);
    failed("Serve", endpoint, error);
  }

  void terminated() {
    terminated = true;
    if (listener != null) {
      callListener(listener::onTermination);
    }
  }

  /** User code that outlives a forced end must not make the listener hear more. */
  private void tell(Runnable call) {
    if (listener != null && !terminated) {
      callListener(call);
    }
  }

  private void callListener(Runnable call) {
    try {
      call.run();
    } catch (Throwable e) {
      if (listenerFailed.compareAndSet(false, true)) {
        Log.log(Level.WARNING, () -> "A listener failed; its further failures are not logged", e);
      }
    }
  }
}

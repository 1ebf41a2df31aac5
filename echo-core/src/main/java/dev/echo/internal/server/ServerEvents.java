package dev.echo.internal.server;

import dev.echo.CloseReason;
import dev.echo.EchoListener;
import dev.echo.EchoStats;
import dev.echo.Endpoint;
import dev.echo.Exchange;
import dev.echo.Fault;
import dev.echo.Peer;
import dev.echo.internal.BufferLimit;
import dev.echo.internal.IoErrors;
import dev.echo.internal.Log;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what happens in a server, logs it and tells the listener, whose failures end here.
 *
 * <p>No method throws. Those that tell of an end need no memory of their own; what has no memory to
 * be told is counted at least.
 */
final class ServerEvents {

  final LongAdder connectionsOpened = new LongAdder();
  final LongAdder connectionsClosed = new LongAdder();
  private final LongAdder messages = new LongAdder();
  private final LongAdder bytesIn = new LongAdder();
  private final LongAdder bytesOut = new LongAdder();
  final LongAdder rejected = new LongAdder();
  final LongAdder dropped = new LongAdder();
  final LongAdder errors = new LongAdder();
  final LongAdder faults = new LongAdder();

  private final Endpoint endpoint;
  private final EchoListener listener;
  private final Runnable beforeCall;
  private final AtomicBoolean listenerFailed = new AtomicBoolean();
  private final UserCode messageCode = new UserCode("A message from ");
  final UserCode faultPlan = new UserCode("The fault plan for ");
  final UserCode proxyPredicate = new UserCode("The predicate for the proxy ");

  /** Whether the listener was told of the start, and so has to hear of the end. */
  private boolean started;

  private volatile boolean terminated;

  /** A kind of user code, whose first failure is a warning. */
  static final class UserCode {
    private final String what;
    private final AtomicBoolean hasFailed = new AtomicBoolean();

    UserCode(String what) {
      this.what = what;
    }
  }

  /**
   * @param listener null if nobody listens
   * @param beforeCall called before each call of the listener, on the same thread; never throws
   */
  ServerEvents(Endpoint endpoint, EchoListener listener, Runnable beforeCall) {
    this.endpoint = endpoint;
    this.listener = listener;
    this.beforeCall = beforeCall;
  }

  EchoStats snapshot() {
    // Closed before opened: a connection that opens between the two reads must not count as -1.
    long closed = connectionsClosed.sum();
    long total = connectionsOpened.sum();
    return new StatsSnapshot(
        total - closed,
        total,
        messages.sum(),
        bytesIn.sum(),
        bytesOut.sum(),
        rejected.sum(),
        dropped.sum(),
        errors.sum(),
        faults.sum());
  }

  boolean wantsExchanges() {
    return listener != null;
  }

  /** Called before any other thread is started. */
  void started() {
    started = true;
    if (isHeard()) {
      try {
        listener.onStart(endpoint);
      } catch (Throwable e) {
        listenerFailed(e);
      }
    }
  }

  void opened(Peer peer) {
    count(connectionsOpened);
    Log.log(Level.DEBUG, "Opened ", peer.endpoint(), "", null);
    if (isHeard()) {
      try {
        listener.onOpen(peer);
      } catch (Throwable e) {
        listenerFailed(e);
      }
    }
  }

  /** Counts messages that have replies, which are told one by one, if at all. */
  void answered(long newMessages, long newBytesIn, long newBytesOut) {
    count(messages, newMessages);
    count(bytesIn, newBytesIn);
    count(bytesOut, newBytesOut);
  }

  void echoed(Exchange exchange) {
    if (isHeard()) {
      try {
        listener.onEcho(exchange);
      } catch (Throwable e) {
        listenerFailed(e);
      }
    }
  }

  void faulted(Exchange exchange, Fault fault) {
    count(faults);
    if (isHeard()) {
      try {
        listener.onFault(exchange, fault);
      } catch (Throwable e) {
        listenerFailed(e);
      }
    }
  }

  /** Which is counted and told to nobody, as anybody can have it happen without end. */
  void rejected() {
    count(rejected);
  }

  /** A message was read and gets no reply. */
  void dropped(Peer peer, Throwable error) {
    count(dropped);
    failed(peer, error);
  }

  /** User code threw, or returned what it must not, so that a message gets no reply. */
  void messageFailed(Peer peer, Throwable error) {
    count(dropped);
    failed(messageCode, peer, error);
  }

  /** User code threw, or returned what it must not. */
  void failed(UserCode code, Peer peer, Throwable error) {
    if (code.hasFailed.compareAndSet(false, true)) {
      Log.log(
          Level.WARNING,
          code.what,
          peer.endpoint(),
          " failed; more such are logged at DEBUG",
          error);
    }
    failed(peer, error);
  }

  /** A connection ends, or something else went wrong, for the given reason. */
  void failed(Peer peer, Throwable reason) {
    count(errors);
    try {
      tell(peer, forUsers(peer, reason));
    } catch (OutOfMemoryError e) {
      // It is counted; code that runs for the first time needs memory, too.
    }
  }

  private void tell(Peer peer, Throwable error) {
    Log.log(Level.DEBUG, "Failure at ", peer.endpoint(), "", error);
    if (isHeard()) {
      try {
        listener.onError(peer, error);
      } catch (Throwable e) {
        listenerFailed(e);
      }
    }
  }

  /**
   * Reports a failure that may not say what was done and where, as the other method's has to.
   *
   * @param operation null if it does
   */
  void failed(String operation, Peer peer, Throwable error) {
    failed(peer, named(operation, peer, error));
  }

  private static Throwable named(String operation, Peer peer, Throwable error) {
    try {
      return operation != null && error instanceof IOException e
          ? IoErrors.named(operation, peer.endpoint(), e)
          : error;
    } catch (OutOfMemoryError e) { // less is told then
      return error;
    }
  }

  private static Throwable forUsers(Peer peer, Throwable error) {
    try {
      return error instanceof BufferLimit.Exceeded e ? e.toIoException(peer.endpoint()) : error;
    } catch (OutOfMemoryError e) {
      return e;
    }
  }

  void closed(Peer peer, CloseReason reason) {
    count(connectionsClosed);
    Log.log(Level.DEBUG, "Closed ", peer.endpoint(), "", null);
    if (isHeard()) {
      try {
        listener.onClose(peer, reason);
      } catch (Throwable e) {
        listenerFailed(e);
      }
    }
  }

  /** Closes and never throws, as what follows must not be left undone. */
  void close(Closeable resource, Peer peer) {
    try {
      resource.close();
    } catch (Throwable e) {
      failed("Close", peer, e);
    }
  }

  void terminated() {
    terminated = true;
    if (listener != null && started) {
      try {
        beforeCall.run();
        listener.onTermination();
      } catch (Throwable e) {
        listenerFailed(e);
      }
    }
  }

  private static void count(LongAdder counter) {
    count(counter, 1);
  }

  /** Under contention it takes memory, and what follows matters more. */
  private static void count(LongAdder counter, long more) {
    try {
      counter.add(more);
    } catch (OutOfMemoryError e) {
      // They are missing then.
    }
  }

  /** User code that outlives a forced end must not make the listener hear more. */
  private boolean isHeard() {
    if (listener == null || terminated) {
      return false;
    }
    beforeCall.run();
    return true;
  }

  private void listenerFailed(Throwable error) {
    if (listenerFailed.compareAndSet(false, true)) {
      Log.log(
          Level.WARNING,
          "A listener of ",
          endpoint,
          " failed; its further failures are not logged",
          error);
    }
  }
}

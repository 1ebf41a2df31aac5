package dev.echo;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * A thread with a selector, which serves the sources registered with it until it is shut down and
 * the last of them has closed.
 *
 * <pre>
 *   select ──► ready sources ──► busy ones again ──► tasks of other threads ──► passed deadlines ──┐
 *      ▲                                                                                           │
 *      └───────────────────────────────────────────────────────────────────────────────────────────┘
 * </pre>
 *
 * <p>Only this thread touches the selector and the sources; other threads {@link #execute}. The
 * buffers are used by one connection after another, so that an idle one owns none.
 */
final class EventLoop implements Runnable {

  private static final int READ_SIZE = 65_536;

  final StreamServer server;
  private final Selector selector;
  private final TaskQueue tasks = new TaskQueue();
  private final Thread thread;
  private final long busyPollNanos;
  private final LongSupplier nanoClock;
  private final BusySources busy = new BusySources(this::hasOtherWork);
  private final Consumer<SelectionKey> serve = key -> busy.serve((EventSource) key.attachment());

  private final ByteBuffer in;
  private final FrameDecoder decoder;
  private final Replies replies = Replies.forEventLoop();
  final TlsBuffers tlsBuffers = new TlsBuffers();

  private int sources;
  private long nextDeadline = EventSource.NEVER;

  /** What the clock of deadlines said when it was read last. */
  private long time;

  /** Whether the clock was read in this round. */
  private boolean timeIsNew;

  /** Whether so many were ready that some will be again by now: no time to sleep. */
  private boolean loaded;

  private boolean shutdown;

  EventLoop(StreamServer server, int index) throws IOException {
    ServerConfig config = server.config;
    this.server = server;
    this.nanoClock = config.nanoClock;
    this.busyPollNanos = Settings.nanos(config.busyPoll);
    this.in = ByteBuffer.allocate(READ_SIZE);
    this.decoder = FrameDecoder.of(config.framing, config.maxMessageSize);
    this.thread = server.newThread(this, String.valueOf(index));
    this.selector = Selector.open(); // last, as whatever fails before needs no clean-up
  }

  void start() {
    thread.start();
  }

  /** Runs a task on this loop; returns false if the loop has ended. */
  boolean execute(Runnable task) {
    boolean runs = tasks.add(task);
    if (runs && Thread.currentThread() != thread) {
      selector.wakeup();
    }
    return runs;
  }

  /** Wakes user code that blocks. */
  void interrupt() {
    if (Thread.currentThread() != thread) {
      thread.interrupt();
    }
  }

  /** Frees what the loop holds if it was never started. */
  void discard() {
    server.events.close(selector, server.endpoint());
  }

  @Override
  public void run() {
    try {
      while (!shutdown || sources > 0) {
        timeIsNew = false;
        select();
        loaded = busy.areMany();
        busy.serveAgain();
        // User code may have interrupted its thread, with which select would return for ever.
        Thread.interrupted();
        tasks.run();
        meetDeadlines();
      }
    } catch (Throwable e) { // whatever it is, the server must not be left without anyone to end it
      server.events.loopDied(server.endpoint(), e);
      server.shutdownNow();
    } finally {
      end();
    }
  }

  private void end() {
    try {
      tasks.end();
    } finally {
      try {
        closeSources();
      } finally {
        discard();
        server.loopEnded();
      }
    }
  }

  private void select() throws IOException {
    if (busyPollNanos > 0 && poll()) {
      return;
    }
    if (loaded || !tasks.isEmpty()) {
      selector.selectNow(serve);
    } else if (nextDeadline == EventSource.NEVER) {
      selector.select(serve);
    } else {
      selector.select(serve, Settings.millis(nextDeadline - now()));
    }
  }

  /** Looks again and again for a while; returns whether there was something to do. */
  private boolean poll() throws IOException {
    long end = Math.min(now() + busyPollNanos, nextDeadline);
    do {
      if (selector.selectNow(serve) > 0 || !tasks.isEmpty()) {
        return true;
      }
    } while (now() < end);
    return false;
  }

  private boolean hasOtherWork() {
    return !tasks.isEmpty() || time >= nextDeadline;
  }

  private void meetDeadlines() {
    if (nextDeadline == EventSource.NEVER) {
      return;
    }
    long now = timeIsNew ? time : now();
    if (now < nextDeadline) {
      return;
    }
    // Deadlines mostly move on without being met, so that they are looked at only when one is due.
    nextDeadline = EventSource.NEVER;
    for (SelectionKey key : selector.keys()) {
      EventSource source = (EventSource) key.attachment();
      if (source.deadline() <= now) {
        source.onDeadline();
      }
      wakeUpAt(source.deadline());
    }
  }

  private void closeSources() {
    for (SelectionKey key : selector.keys()) {
      ((EventSource) key.attachment()).close();
    }
  }

  SelectionKey register(SelectableChannel channel, int operations, EventSource source)
      throws ClosedChannelException {
    SelectionKey key = channel.register(selector, operations, source);
    sources++;
    return key;
  }

  void deregistered() {
    sources--;
  }

  /** Ends every source in order, and the loop with the last of them. */
  void shutdown() {
    shutdown = true;
    for (SelectionKey key : selector.keys()) {
      ((EventSource) key.attachment()).shutdown();
    }
  }

  void shutdownNow() {
    shutdown = true;
    closeSources();
  }

  /** The time by the clock of deadlines, which user code that was just called may have taken. */
  long now() {
    time = nanoClock.getAsLong();
    timeIsNew = true;
    return time;
  }

  void wakeUpAt(long deadline) {
    nextDeadline = Math.min(nextDeadline, deadline);
  }

  ByteBuffer in() {
    return in.clear();
  }

  FrameDecoder decoder() {
    return decoder;
  }

  Replies replies() {
    replies.clear();
    return replies;
  }
}

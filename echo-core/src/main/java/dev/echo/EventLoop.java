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

  /** How often to try to close the sources without memory, once the end is forced. */
  private static final int MAX_FAILED_ROUNDS = 100;

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
  private final Replies replies;
  final TlsBuffers tlsBuffers = new TlsBuffers();

  private int sources;
  private long nextDeadline = EventSource.NEVER;

  /** What the clock of deadlines said when it was read last. */
  private long time;

  /** Whether the clock was read in this round. */
  private boolean timeIsNew;

  /** Whether so many were ready that some will be again by now: no time to sleep. */
  private boolean loaded;

  /** What other threads want, which needs no memory to say. */
  private volatile Order order = Order.SERVE;

  /** What was done of the above. */
  private Order done = Order.SERVE;

  private int failedRounds;

  private enum Order {
    SERVE,
    SHUT_DOWN,
    CLOSE
  }

  EventLoop(StreamServer server, int index) throws IOException {
    ServerConfig config = server.config;
    this.server = server;
    this.nanoClock = config.nanoClock;
    this.busyPollNanos = Settings.nanos(config.busyPoll);
    this.in = ByteBuffer.allocate(READ_SIZE);
    this.decoder = FrameDecoder.of(config.framing, config.maxMessageSize, server.buffers);
    this.replies = Replies.shared(server.buffers);
    this.thread = server.newThread(this, String.valueOf(index));
    this.selector = Selector.open(); // last, as whatever fails before needs no clean-up
  }

  void start() {
    thread.start();
  }

  /** Runs a task on this loop; returns false if the loop has ended. */
  boolean execute(Runnable task) {
    return execute(new TaskQueue.Task(task));
  }

  /** As above, without need of memory. */
  boolean execute(TaskQueue.Task task) {
    boolean runs = tasks.add(task);
    if (runs && Thread.currentThread() != thread) {
      selector.wakeup();
    }
    return runs;
  }

  /** Ends every source in order, and the loop with the last of them; may be called on any thread. */
  void shutdown() {
    order(Order.SHUT_DOWN);
  }

  /** Ends every source and the loop at once, and wakes user code that blocks. */
  void shutdownNow() {
    order(Order.CLOSE);
    if (Thread.currentThread() != thread) {
      thread.interrupt();
    }
  }

  private void order(Order next) {
    synchronized (this) {
      if (next.compareTo(order) > 0) {
        order = next;
      }
    }
    selector.wakeup();
  }

  /** Frees what the loop holds if it was never started. */
  void discard() {
    server.events.close(selector, server.endpoint());
  }

  @Override
  public void run() {
    Throwable death = null;
    try {
      while (done == Order.SERVE || sources > 0) {
        try {
          serve();
          failedRounds = 0;
        } catch (OutOfMemoryError e) {
          if (++failedRounds > MAX_FAILED_ROUNDS && server.isForced()) {
            throw e;
          }
          awaitMemory(e);
        }
      }
    } catch (Throwable e) { // whatever it is, the server must not be left without anyone to end it
      death = e;
      server.events.failed("Serve", server.endpoint(), e);
      server.shutdownNow();
    } finally {
      end();
    }
    if (death != null) {
      Log.loopDied(server.endpoint(), death);
    }
  }

  private void serve() throws IOException {
    timeIsNew = false;
    select();
    loaded = busy.areMany();
    busy.serveAgain();
    server.clearInterrupt();
    tasks.run();
    obey();
    meetDeadlines();
  }

  /** There may be room again, when others have let go of theirs. */
  private void awaitMemory(OutOfMemoryError error) {
    try {
      if (failedRounds == 1) {
        server.events.failed(server.endpoint(), error);
      }
      server.pause();
    } catch (OutOfMemoryError e) {
      // Code that runs for the first time may need memory, too; the next round tries again.
    }
  }

  private void obey() {
    Order now = order;
    if (now != done) {
      tasks.run(); // what was given to this loop before the order
      if (now == Order.CLOSE) {
        closeSources();
      } else {
        shutdownSources();
      }
      done = now;
    }
  }

  private void shutdownSources() {
    for (SelectionKey key : selector.keys()) {
      EventSource source = (EventSource) key.attachment();
      try {
        source.shutdown();
      } catch (Throwable e) { // never at the expense of the others
        source.fail("Shut down", e);
      }
    }
  }

  private void closeSources() {
    for (SelectionKey key : selector.keys()) {
      ((EventSource) key.attachment()).close();
    }
  }

  /** Each step is made, whatever the one before it throws. */
  private void end() {
    try {
      tasks.end();
    } finally {
      try {
        closeSourcesAtLast();
      } finally {
        try {
          discard();
        } finally {
          server.loopEnded();
        }
      }
    }
  }

  private void closeSourcesAtLast() {
    for (int failures = 0; sources > 0 && failures < MAX_FAILED_ROUNDS; failures++) {
      try {
        closeSources();
        return;
      } catch (OutOfMemoryError e) {
        server.pause();
      }
    }
  }

  private void select() throws IOException {
    if (busyPollNanos > 0 && poll()) {
      return;
    }
    if (loaded || isWanted()) {
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
      if (selector.selectNow(serve) > 0 || isWanted()) {
        return true;
      }
    } while (now() < end);
    return false;
  }

  private boolean hasOtherWork() {
    return isWanted() || time >= nextDeadline;
  }

  /** Whether other threads want something. */
  private boolean isWanted() {
    return !tasks.isEmpty() || order != done;
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
    try {
      for (SelectionKey key : selector.keys()) {
        EventSource source = (EventSource) key.attachment();
        if (source.deadline() <= now) {
          meetDeadline(source);
        }
        wakeUpAt(source.deadline());
      }
    } catch (OutOfMemoryError e) {
      nextDeadline = now; // some were not looked at
      throw e;
    }
  }

  private static void meetDeadline(EventSource source) {
    try {
      source.onDeadline();
    } catch (Throwable e) { // never at the expense of the others
      source.fail("Serve", e);
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

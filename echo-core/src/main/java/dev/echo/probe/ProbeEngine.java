package dev.echo.probe;

import dev.echo.Endpoint;
import dev.echo.internal.Closing;
import dev.echo.internal.IoErrors;
import dev.echo.internal.Log;
import dev.echo.internal.Settings;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What a probe's thread does: sends what is due, takes what has come, settles what is late.
 *
 * <p>Nothing here is shared but {@link ProbeRun}, by which others ask for something.
 */
final class ProbeEngine implements Runnable, Closeable {

  /** How long before something is due it sleeps no more: an alarm may be that much too late. */
  private static final long SPIN_NANOS = TimeUnit.MICROSECONDS.toNanos(350);

  /** With less than a millisecond between messages, polling alone keeps 99 of 100 on time. */
  private static final long MIN_SLEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(1) - SPIN_NANOS;

  /** Of one that was not stopped in between. */
  private static final long MAX_ROUND_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private static final long MAX_SLEEP_NANOS = TimeUnit.HOURS.toNanos(1);

  private final ProbeConfig config;
  private final ProbeRun run;
  private final Selector selector;
  private final Reconnector reconnector;
  private final Alarm alarm;
  private final Schedule schedule;
  private final List<ProbeFlow> flows = new ArrayList<>();
  private final ByteBuffer in = ByteBuffer.allocate(Settings.MAX_DATAGRAM);
  private final Consumer<SelectionKey> whenReady = this::receive;

  /** Whether a look has left something in a socket. */
  private boolean hasMore;

  /** For how long it has sent what was due before the end. */
  private long overdueNanos;

  private long lastRound;
  private long end;
  private boolean hasEnded;

  private ProbeEngine(ProbeConfig config, Selector selector) {
    this.config = config;
    this.selector = selector;
    schedule = new Schedule(config);
    reconnector = new Reconnector(config, selector::wakeup);
    run = new ProbeRun(config, selector, this, this::report);
    alarm = new Alarm(selector, run.threadName() + "-alarm");
  }

  static PathProbe start(ProbeConfig config) throws IOException {
    Closing.prepare("Connect to", config.endpoint);
    Selector selector = openSelector(config.endpoint);
    ProbeEngine engine = null;
    try {
      engine = new ProbeEngine(config, selector);
      engine.connect();
      engine.alarm.start();
      engine.run.start();
      return engine.run;
    } catch (Throwable e) {
      Closing.closeAll(engine, selector);
      throw e;
    }
  }

  private static Selector openSelector(Endpoint endpoint) throws IOException {
    try {
      return Selector.open();
    } catch (IOException e) {
      throw IoErrors.named("Connect to", endpoint, e);
    }
  }

  private void connect() throws IOException {
    ProbeMessages messages = new ProbeMessages(
        ThreadLocalRandom.current().nextLong(), config.flows, config.size, config.seed);
    ReplyCheck check = new ReplyCheck(messages, config.consumers);
    Pacer pacer = new Pacer(config.rate, config.size, System.nanoTime());
    for (int i = 0; i < config.flows; i++) {
      ProbeFlow flow = config.endpoint instanceof Endpoint.Udp
          ? new DatagramFlow(config, schedule, check, i, messages, pacer)
          : new StreamFlow(config, schedule, check, i, messages, reconnector);
      flows.add(flow);
      flow.connect(selector);
    }
  }

  /** Closes each, whatever becomes of the others. */
  @Override
  public void close() {
    flows.forEach(Closing::close);
    Closing.closeAll(alarm, selector);
    Closing.close(reconnector);
  }

  @Override
  public void run() {
    Throwable failure = null;
    try {
      schedule.start(System.nanoTime());
      while (!run.isToClose() && !round()) {
        run.answerRequests();
      }
    } catch (Throwable e) { // for want of memory, perhaps
      failure = e;
    }
    end = System.nanoTime();
    hasEnded = true;
    try {
      close();
    } catch (Throwable e) { // as above, and whoever waits must not wait for ever
      failure = failure == null ? e : failure;
    }
    run.end(failure);
    if (failure != null) {
      Log.loopDied(config.endpoint, failure);
    }
  }

  /** Returns whether that was the last round. */
  private boolean round() throws IOException {
    if (run.isToStop()) {
      flows.forEach(ProbeFlow::stop);
    }
    long now = System.nanoTime();
    for (ProbeFlow flow : flows) {
      flow.send(now);
    }
    giveUp(now);
    // What has come before this time is taken before anything is settled by it, however long the
    // process was stopped.
    now = System.nanoTime();
    look();
    expire(now);
    if (isDone(now)) {
      flows.forEach(flow -> flow.counts.expireAll());
      return true;
    }
    idle(now);
    return false;
  }

  /**
   * Ends the sending one timeout after its end, whatever was not sent by then. Only the time counts
   * in which the process ran, as after a stop it sends what is overdue.
   */
  private void giveUp(long now) {
    if (now - schedule.end() > 0) {
      overdueNanos += Math.min(now - lastRound, MAX_ROUND_NANOS);
      if (overdueNanos > config.timeoutNanos) {
        flows.forEach(flow -> flow.giveUpAll(now));
      }
    }
    lastRound = now;
  }

  private void look() throws IOException {
    hasMore = false;
    ProbeFlow first = flows.get(0);
    if (flows.size() == 1 && first.key() != null) {
      hasMore = !first.receive(in); // without the selector, which would take as long again
    } else {
      selector.selectNow(whenReady);
    }
  }

  private void receive(SelectionKey key) {
    ProbeFlow flow = (ProbeFlow) key.attachment();
    if (key.isReadable()) {
      hasMore |= !flow.receive(in);
    }
  }

  private void expire(long now) {
    // A socket that never gets empty is looked at by the clock in the end.
    long time = hasMore ? now - config.timeoutNanos : now;
    for (ProbeFlow flow : flows) {
      flow.counts.expire(time);
    }
  }

  /** Whether all is sent, and answered or has had its time. */
  private boolean isDone(long now) {
    boolean answered = true;
    boolean timeIsUp = true;
    for (ProbeFlow flow : flows) {
      if (!flow.hasStopped()) {
        return false;
      }
      answered &= flow.counts.unanswered() == 0;
      timeIsUp &= !flow.hasWritten || now - flow.lastWrite - config.timeoutNanos > 0;
    }
    return answered || timeIsUp && !hasMore;
  }

  /** Sleeps until shortly before there is something to do. */
  private void idle(long now) throws IOException {
    long idle = MAX_SLEEP_NANOS;
    for (ProbeFlow flow : flows) {
      idle = Math.min(idle, flow.idleNanos(now));
      if (flow.hasWritten && flow.hasStopped() && flow.counts.unanswered() > 0) {
        idle = Math.min(idle, flow.lastWrite + config.timeoutNanos + 1 - now);
      }
    }
    long sleep = idle - SPIN_NANOS;
    if (sleep > MIN_SLEEP_NANOS && !hasMore) {
      alarm.set(now + sleep);
      flows.forEach(flow -> awaitRoom(flow, now));
      selector.select(whenReady);
    } else if (idle > 0) {
      Thread.yield(); // to those that have to run now, so that it may itself run on time
    }
  }

  private static void awaitRoom(ProbeFlow flow, long now) {
    SelectionKey key = flow.key();
    if (key != null) {
      boolean heldUp = flow.isHeldUp(now);
      key.interestOps(heldUp ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ);
    }
  }

  /** The report of each flow, which others sum up. */
  private List<PathReport> report() {
    long now = hasEnded ? end : System.nanoTime();
    long elapsed = Math.max(0, now - schedule.firstCounted());
    long interval = (long) (1e9 / config.rate);
    List<PathReport> reports = new ArrayList<>();
    for (ProbeFlow flow : flows) {
      reports.add(new PathReport(
          config.endpoint,
          interval,
          elapsed,
          flow.counts.tally(),
          flow.counts.roundTrips(),
          flow.counts.responseTimes(),
          flow.counts.sendLag(),
          List.of()));
    }
    return reports;
  }
}

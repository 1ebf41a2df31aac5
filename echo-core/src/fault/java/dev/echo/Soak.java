package dev.echo;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Servers of all kinds under peers of all kinds for some minutes, at whose end they must hold no
 * more than at the start. To measure, the peers are stopped for a moment.
 *
 * <p>Arguments: the minutes, and a seed.
 */
final class Soak {

  private static final int PEERS = 12;
  private static final Duration WARM_UP = Duration.ofSeconds(30);
  private static final Duration PAUSE_LIMIT = Duration.ofSeconds(60);

  private final ExecutorService executor = Executors.newFixedThreadPool(2);
  private final ExecutorService peers = Executors.newFixedThreadPool(PEERS);
  private final SoakCounts counts = new SoakCounts();

  /** Read by each visit, written to keep the peers away; fair, or they would never be. */
  private final ReentrantReadWriteLock visits = new ReentrantReadWriteLock(true);

  private final List<SoakTarget> targets;
  private volatile boolean ended;

  private Soak() throws IOException {
    targets = SoakTarget.startAll(executor);
  }

  public static void main(String[] arguments) {
    int minutes = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10;
    long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : System.nanoTime();
    System.out.println("Soak of " + minutes + " min, seed " + seed);
    try {
      String failure = new Soak().run(minutes, new Random(seed));
      System.out.println(failure == null ? "Flat, and every echo was right" : "FAILED: " + failure);
      System.exit(failure == null ? 0 : 1);
    } catch (Throwable e) { // else the threads of peers and servers would go on
      e.printStackTrace(System.out);
      System.exit(1);
    }
  }

  /** Returns what was wrong, or null. */
  private String run(int minutes, Random random) throws Exception {
    for (int i = 0; i < PEERS; i++) {
      Random own = new Random(random.nextLong());
      peers.submit(() -> visitUntilTheEnd(own));
    }
    wait(WARM_UP);
    Usage before = measure("start");
    Usage last = before;
    for (int minute = 1; minute <= minutes; minute++) {
      long echoes = counts.echoes.sum();
      wait(Duration.ofMinutes(1));
      last = measure(minute + " min");
      if (counts.echoes.sum() == echoes) {
        return "nothing was echoed for a minute";
      }
    }
    ended = true;
    peers.shutdown();
    targets.forEach(target -> target.server().close());
    if (counts.wrong.sum() > 0) {
      return counts.wrong + " wrong echoes";
    }
    return last.isMoreThan(before) ? "it has grown" : null;
  }

  private void visitUntilTheEnd(Random random) {
    while (!ended) {
      visits.readLock().lock();
      try {
        SoakTarget target = targets.get(random.nextInt(targets.size()));
        new SoakPeer(target, random, counts).visit();
      } catch (Throwable e) {
        counts.wrong.increment();
        e.printStackTrace(System.out);
      } finally {
        visits.readLock().unlock();
      }
    }
  }

  private Usage measure(String when) throws Exception {
    if (!visits.writeLock().tryLock(PAUSE_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
      throw new IllegalStateException("A peer is stuck");
    }
    try {
      awaitAllClosed();
      Usage usage = Usage.now();
      System.out.printf("%-6s  %s; %s; %s%n", when, usage, serverCounts(), counts);
      return usage;
    } finally {
      visits.writeLock().unlock();
    }
  }

  private void awaitAllClosed() {
    long end = System.nanoTime() + PAUSE_LIMIT.toNanos();
    while (targets.stream().anyMatch(target -> target.server().stats().openConnections() > 0)) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("Connections stay open without peers");
      }
      wait(Duration.ofMillis(10));
    }
    wait(Duration.ofSeconds(3)); // for handshakes, which are not counted, and clients' threads
  }

  private static void wait(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  private String serverCounts() {
    List<EchoStats> all =
        targets.stream().map(target -> target.server().stats()).toList();
    return "messages %d, connections %d (%d open), dropped %d, errors %d"
        .formatted(
            all.stream().mapToLong(EchoStats::messages).sum(),
            all.stream().mapToLong(EchoStats::totalConnections).sum(),
            all.stream().mapToLong(EchoStats::openConnections).sum(),
            all.stream().mapToLong(EchoStats::dropped).sum(),
            all.stream().mapToLong(EchoStats::errors).sum());
  }
}

package dev.echo;

import static org.junit.jupiter.api.Assertions.assertNull;

import dev.echo.internal.Addresses;
import dev.echo.testing.Closing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Large datagrams from several senders, so many a second, and more than are answered. */
final class DatagramFlood implements Attack {

  private static final int SENDERS = 16;
  private static final long ROUND_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final List<DatagramChannel> senders = new ArrayList<>();
  private final int perSecond;
  private final int size;
  private final Thread thread = new Thread(this::run, "datagram flood");
  private volatile boolean ended;
  private volatile boolean unfolded;
  private volatile Throwable failure;

  DatagramFlood(Endpoint server, int perSecond, int size) throws IOException {
    this.perSecond = perSecond;
    this.size = size;
    for (int i = 0; i < SENDERS; i++) {
      DatagramChannel sender = DatagramChannel.open(Addresses.family(server.address()));
      sender.configureBlocking(false);
      sender.connect(server.address());
      senders.add(sender);
    }
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public boolean hasUnfolded() {
    assertNull(failure, "the attack has failed");
    return unfolded;
  }

  private void run() {
    ByteBuffer datagram = ByteBuffer.allocate(size);
    long start = System.nanoTime();
    long sent = 0;
    try {
      while (!ended) {
        long due = (long) ((System.nanoTime() - start) / 1e9 * perSecond);
        while (sent < due) {
          send(senders.get((int) (sent % SENDERS)), datagram.rewind());
          sent++;
        }
        unfolded = sent > perSecond;
        LockSupport.parkNanos(ROUND_NANOS);
      }
    } catch (RuntimeException | Error e) {
      failure = e;
    } finally {
      senders.forEach(sender -> Closing.quietly(sender));
    }
  }

  private void send(DatagramChannel sender, ByteBuffer datagram) {
    try {
      sender.write(datagram);
    } catch (IOException e) {
      unfolded = true; // there is no server, or none any more
    }
  }

  @Override
  public void close() {
    ended = true;
    Attack.join(thread);
    assertNull(failure, "the attack has failed");
  }
}

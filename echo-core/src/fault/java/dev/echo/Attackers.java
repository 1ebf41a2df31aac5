package dev.echo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.echo.internal.Addresses;
import dev.echo.testing.Certificates;
import dev.echo.testing.Closing;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/**
 * Many connections to one server that all want it to hold something for them, on one thread. Each
 * keeps its connection as long as it can; one that was closed comes again after a while.
 */
final class Attackers implements Attack {

  /** What they do. */
  enum Harm {
    /** Send most of a line. */
    UNFINISHED_LINES,
    /** Send most of a frame, whose header has announced as much as is allowed. */
    UNFINISHED_FRAMES,
    /** Send lines as long as they are taken, and read nothing. */
    UNREAD_REPLIES,
    /** Send the first half of a ClientHello. */
    HALF_HELLOS,
    /** Send a ClientHello, and nothing to what is answered. */
    SILENT_HELLOS,
    /** Send most of a ClientHello that is as long as the JDK allows. */
    ENDLESS_HELLOS;

    boolean isHandshake() {
      return compareTo(HALF_HELLOS) >= 0;
    }

    private ByteBuffer bytes(int size) {
      return switch (this) {
        case UNFINISHED_LINES -> ByteBuffer.wrap(xs(size));
        case UNFINISHED_FRAMES -> ByteBuffer.wrap(xs(size)).putInt(0, ANNOUNCED);
        case UNREAD_REPLIES ->
          ByteBuffer.wrap(("x".repeat(999) + "\n").repeat(64).getBytes(UTF_8));
        case HALF_HELLOS -> hello().limit(hello().limit() / 2);
        case SILENT_HELLOS -> hello();
        case ENDLESS_HELLOS -> endlessHello(size);
      };
    }

    private static byte[] xs(int size) {
      byte[] bytes = new byte[size];
      Arrays.fill(bytes, "x".getBytes(UTF_8)[0]);
      return bytes;
    }

    private static ByteBuffer hello() {
      ByteBuffer hello = ByteBuffer.allocate(65_536);
      try {
        engine(Certificates.none()).wrap(ByteBuffer.allocate(0), hello);
      } catch (SSLException e) {
        throw new IllegalStateException(e);
      }
      return hello.flip();
    }

    /** Records with the beginning of one message of the handshake, which the engine has to keep. */
    private static ByteBuffer endlessHello(int size) {
      byte[] message = new byte[size];
      ByteBuffer.wrap(message).putInt(1 << 24 | 32_000); // its type, then its length
      ByteBuffer records = ByteBuffer.allocate(size + 64);
      for (int from = 0; from < size; from += 16_384) {
        int length = Math.min(16_384, size - from);
        records.put((byte) 22).putShort((short) 0x0301).putShort((short) length);
        records.put(message, from, length);
      }
      return records.flip();
    }
  }

  private static final int ANNOUNCED = 65_536;
  private static final int CONNECTS_PER_ROUND = 32;
  private static final int ROUND_MILLIS = 10;
  private static final int ADDRESSES = 20;

  /** After how many milliseconds one that was closed comes again. */
  private static final long PAUSE_NANOS =
      Duration.ofMillis(Long.getLong("attack.pause", 1_000)).toNanos();

  private static final long STALLED_NANOS = Duration.ofMillis(500).toNanos();

  private final Endpoint server;
  private final Harm harm;

  /** Null if they speak no TLS, or nothing beyond its beginning. */
  private final SSLContext tls;

  private final ByteBuffer bytes;
  private final List<Attacker> all = new ArrayList<>();

  /** Those that have no connection, in the order in which they are to come again. */
  private final Queue<Attacker> waiting = new ArrayDeque<>();

  private final ByteBuffer ignored = ByteBuffer.allocate(65_536);
  private final Selector selector = Selector.open();
  private final Thread thread = new Thread(this::run, "attackers");
  private volatile boolean ended;
  private volatile boolean unfolded;
  private volatile Throwable failure;

  /**
   * @param tls null for plain connections
   * @param size how many bytes each of them sends
   */
  Attackers(Endpoint server, SSLContext tls, Harm harm, int count, int size) throws IOException {
    this.server = server;
    this.harm = harm;
    this.tls = harm.isHandshake() ? null : tls;
    this.bytes = harm.bytes(size);
    for (int i = 0; i < count; i++) {
      all.add(new Attacker(i));
    }
    waiting.addAll(all);
    thread.setDaemon(true);
    thread.start();
  }

  private static SSLEngine engine(SSLContext context) {
    SSLEngine engine = context.createSSLEngine();
    engine.setUseClientMode(true);
    return engine;
  }

  @Override
  public boolean hasUnfolded() {
    assertNull(failure, "the attack has failed");
    return unfolded;
  }

  private void run() {
    try (selector) {
      while (!ended) {
        long now = System.nanoTime();
        for (int i = 0; i < CONNECTS_PER_ROUND && isDue(waiting.peek(), now); i++) {
          waiting.remove().come(now);
        }
        selector.select(key -> ((Attacker) key.attachment()).serve(), ROUND_MILLIS);
        unfolded = unfolded || haveAllTried();
      }
    } catch (IOException | RuntimeException | Error e) {
      failure = e;
    } finally {
      all.forEach(Attacker::leave);
    }
  }

  private static boolean isDue(Attacker next, long now) {
    return next != null && now - next.comesAt >= 0;
  }

  private boolean haveAllTried() {
    long now = System.nanoTime();
    return all.stream().allMatch(attacker -> attacker.hasTried(now));
  }

  @Override
  public void close() {
    ended = true;
    selector.wakeup();
    Attack.join(thread);
    assertNull(failure, "the attack has failed");
  }

  /** One peer, with one connection at a time. */
  private final class Attacker {
    private final int number;
    private final ByteBuffer unsent = bytes.duplicate();
    private SocketChannel channel;
    private SelectionKey key;

    /** Null if it is plain. */
    private SecuredChannel secured;

    private long comesAt = System.nanoTime();
    private long movedAt = comesAt;
    private boolean tried;

    Attacker(int number) {
      this.number = number;
    }

    void come(long now) {
      movedAt = now;
      unsent.rewind();
      secured = null;
      try {
        channel = SocketChannel.open(Addresses.family(server.address()));
        channel.configureBlocking(false);
        if (server instanceof Endpoint.Tcp) {
          // From several addresses, as ports are short, and by small buffers, as the kernel's are.
          channel.bind(new InetSocketAddress("127.0.0." + (2 + number % ADDRESSES), 0));
          channel.setOption(StandardSocketOptions.SO_LINGER, 0);
          channel.setOption(StandardSocketOptions.SO_RCVBUF, 4_096);
          channel.setOption(StandardSocketOptions.SO_SNDBUF, 16_384);
        }
        if (tls != null) {
          secured = new SecuredChannel(channel, engine(tls));
        }
        boolean connected = channel.connect(server.address());
        key = channel.register(
            selector, connected ? SelectionKey.OP_WRITE : SelectionKey.OP_CONNECT, this);
      } catch (IOException e) {
        goAway(); // nobody accepts, for now
      }
    }

    void serve() {
      try {
        if (channel.isConnectionPending()) {
          channel.finishConnect();
        }
        if (secured != null && !secured.handshake()) {
          key.interestOps(SelectionKey.OP_READ);
        } else if (!send()) {
          key.interestOps(SelectionKey.OP_WRITE);
        } else {
          tried = true;
          key.interestOps(SelectionKey.OP_READ);
          ignoreAnswers();
        }
      } catch (IOException e) {
        goAway();
      }
    }

    /** Returns whether it has sent all that it wants to. */
    private boolean send() throws IOException {
      if (harm == Harm.UNREAD_REPLIES && !unsent.hasRemaining()) {
        unsent.rewind();
      }
      ByteChannel out = secured == null ? channel : secured;
      int sent = out.write(unsent);
      while (sent > 0) {
        movedAt = System.nanoTime();
        sent = out.write(unsent);
      }
      boolean endless = harm == Harm.UNREAD_REPLIES;
      return !endless && !unsent.hasRemaining() && (secured == null || secured.flush());
    }

    private void ignoreAnswers() throws IOException {
      if (channel.read(ignored.clear()) < 0) {
        goAway();
      }
    }

    /** One whose bytes are not taken any more has done what it can. */
    boolean hasTried(long now) {
      tried |= harm == Harm.UNREAD_REPLIES
          && channel != null
          && channel.isConnected()
          && now - movedAt > STALLED_NANOS;
      return tried;
    }

    private void goAway() {
      leave();
      tried = true;
      comesAt = System.nanoTime() + PAUSE_NANOS;
      waiting.add(this);
    }

    void leave() {
      Closing.quietly(channel);
    }
  }
}

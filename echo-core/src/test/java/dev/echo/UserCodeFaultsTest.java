package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.echo.testing.Closing;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.Transport;
import dev.echo.testing.Until;
import dev.echo.testing.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Each fault of user code in each place where it is called, on every transport. */
@ParameterizedClass
@CsvSource({"TCP, false", "TCP, true", "UDP, false", "UDP, true", "UNIX, false", "UNIX, true"})
@Timeout(30)
class UserCodeFaultsTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  private enum Place {
    TRANSFORM,
    TEST,
    ON_START,
    ON_OPEN,
    ON_ECHO,
    ON_ERROR,
    ON_CLOSE,
    ON_TERMINATION
  }

  private enum Fault {
    OVERFLOWS_THE_STACK,
    RUNS_OUT_OF_MEMORY,
    INTERRUPTS_ITSELF,
    BLOCKS,
    SHUTS_DOWN,
    CLOSES
  }

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @Parameter(0)
  Transport transport;

  @Parameter(1)
  boolean onExecutor;

  private final ExecutorService executor = Executors.newFixedThreadPool(2);
  private final AtomicReference<EchoServer> server = new AtomicReference<>();
  private final AtomicBoolean once = new AtomicBoolean();
  private final CountDownLatch entered = new CountDownLatch(1);
  private final CountDownLatch release = new CountDownLatch(1);
  private final CountDownLatch done = new CountDownLatch(1);

  /** Open to the end, or the next client may get its port, and with it a reply that is late. */
  private DatagramChannel stranger;

  @AfterEach
  void end() {
    release.countDown();
    Closing.quietly(stranger);
    if (server.get() != null) {
      server.get().close();
    }
    executor.shutdown();
  }

  /**
   * User code that is in order but for one fault in one place, the first time that it is called.
   */
  private final class Faulty implements MessageTransformer, QuitPredicate, EchoListener {
    private final Place place;
    private final Fault fault;

    Faulty(Place place, Fault fault) {
      this.place = place;
      this.fault = fault;
    }

    private void calledAt(Place here) {
      if (here == place && once.compareAndSet(false, true)) {
        entered.countDown();
        try {
          commit();
        } finally {
          done.countDown();
        }
      }
    }

    private void commit() {
      switch (fault) {
        case OVERFLOWS_THE_STACK -> recurse(1);
        case RUNS_OUT_OF_MEMORY -> throw new OutOfMemoryError("made up");
        case INTERRUPTS_ITSELF -> Thread.currentThread().interrupt();
        case BLOCKS -> block();
        case SHUTS_DOWN -> awaitServer().shutdown();
        case CLOSES -> awaitServer().close();
      }
    }

    private int recurse(int depth) {
      return recurse(depth + 1) + depth;
    }

    private void block() {
      try {
        release.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    /** It may be called before the test has what start returns. */
    private EchoServer awaitServer() {
      Until.holds(() -> server.get() != null);
      return server.get();
    }

    @Override
    public Message transform(Message message, Peer peer) {
      calledAt(Place.TRANSFORM);
      return message;
    }

    @Override
    public boolean test(Message message, Peer peer) {
      calledAt(Place.TEST);
      return false;
    }

    @Override
    public void onStart(Endpoint endpoint) {
      calledAt(Place.ON_START);
    }

    @Override
    public void onOpen(Peer peer) {
      calledAt(Place.ON_OPEN);
    }

    @Override
    public void onEcho(Exchange exchange) {
      calledAt(Place.ON_ECHO);
    }

    @Override
    public void onError(Peer peer, Throwable error) {
      calledAt(Place.ON_ERROR);
    }

    @Override
    public void onClose(Peer peer, CloseReason reason) {
      calledAt(Place.ON_CLOSE);
    }

    @Override
    public void onTermination() {
      calledAt(Place.ON_TERMINATION);
    }
  }

  private void start(Place place, Fault fault) throws IOException {
    Faulty faulty = new Faulty(place, fault);
    EchoServer.Builder builder = EchoServer.builder()
        .transformer(faulty)
        .quitWhen(faulty)
        .listener(faulty)
        .maxMessageSize(10)
        .closeTimeout(fault == Fault.BLOCKS ? Duration.ofMillis(20) : SOON);
    if (onExecutor) {
      builder.executor(executor);
    }
    server.set(builder.start(transport.free()));
    // What starts the server calls onStart, and keeps its interrupt.
    boolean ownThread = place == Place.ON_START && fault == Fault.INTERRUPTS_ITSELF;
    assertEquals(ownThread, Thread.interrupted());
  }

  /** One connection opens, has an echo, makes an error and closes. */
  private void callEverything() throws IOException {
    Endpoint endpoint = server.get().endpoint();
    if (transport == Transport.UDP) {
      stranger = DatagramChannel.open();
      stranger.send(ByteBuffer.wrap(new byte[1]), endpoint.address());
      stranger.send(ByteBuffer.wrap(new byte[11]), endpoint.address());
    } else {
      try (Wire peer = Wire.to(endpoint)) {
        peer.send("x\nmore than ten\n");
      }
    }
  }

  private void commit(Place place, Fault fault) throws Exception {
    start(place, fault);
    if (place != Place.ON_TERMINATION) {
      callEverything();
      assertTrue(entered.await(10, TimeUnit.SECONDS), "it was not called");
    }
  }

  private void assertEnds() throws InterruptedException {
    assertTrue(server.get().awaitTermination(SOON), "it does not end");
    assertTrue(done.await(10, TimeUnit.SECONDS));
  }

  /** Returns whether there is such a call, on this transport. */
  private boolean happens(Place place) {
    return transport.isStream() || place != Place.ON_OPEN && place != Place.ON_CLOSE;
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void survivesAStackOverflow(Place place) throws Exception {
    assertServesOnAfter(place, Fault.OVERFLOWS_THE_STACK);
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void survivesAnOutOfMemoryError(Place place) throws Exception {
    assertServesOnAfter(place, Fault.RUNS_OUT_OF_MEMORY);
  }

  @ParameterizedTest
  @EnumSource(Place.class)
  void survivesAnInterrupt(Place place) throws Exception {
    assertServesOnAfter(place, Fault.INTERRUPTS_ITSELF);
  }

  private void assertServesOnAfter(Place place, Fault fault) throws Exception {
    assumeTrue(happens(place), "there are no connections");

    commit(place, fault);

    try (EchoClient client = EchoClient.connect(server.get().endpoint())) {
      assertEquals("ok", client.send("ok").message().text());
    }
    server.get().close();
    assertEnds();
    int warnings = fault == Fault.INTERRUPTS_ITSELF ? 0 : 1;
    assertEquals(warnings, noLeaks.takeWarnings().size());
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ON_START")
  void endsAlthoughUserCodeBlocks(Place place) throws Exception {
    assumeTrue(happens(place), "there are no connections");

    commit(place, Fault.BLOCKS);
    server.get().close();

    assertTrue(server.get().awaitTermination(SOON), "it does not end");
    release.countDown();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ON_START")
  void endsWhenUserCodeShutsItDown(Place place) throws Exception {
    assertEndsBy(place, Fault.SHUTS_DOWN);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ON_START")
  void endsWhenUserCodeClosesIt(Place place) throws Exception {
    assertEndsBy(place, Fault.CLOSES);
  }

  private void assertEndsBy(Place place, Fault fault) throws Exception {
    assumeTrue(happens(place), "there are no connections");

    commit(place, fault);
    if (place == Place.ON_TERMINATION) {
      server.get().shutdown();
    }

    assertEnds();
  }
}

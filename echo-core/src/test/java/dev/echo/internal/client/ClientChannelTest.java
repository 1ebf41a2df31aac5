package dev.echo.internal.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;

import dev.echo.Endpoint;
import dev.echo.Framing;
import dev.echo.Message;
import dev.echo.testing.NoLeaks;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client's connection does with a socket that takes and gives what the test says. */
@Timeout(30)
class ClientChannelTest {

  private static final Endpoint SERVER = Endpoint.tcp(7);
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  private final Scripted scripted = new Scripted();
  private final ClientBuilder builder = new ClientBuilder();
  private InFlight inFlight = new InFlight();
  private ServerSocketChannel listening;
  private SocketChannel socket;
  private Selector selector;

  /** Takes a number of bytes, has some to give, and fails to write when it is told so. */
  private static final class Scripted implements ByteChannel {
    private final StringBuilder written = new StringBuilder();
    private int room = Integer.MAX_VALUE;
    private String arrived = "";
    private boolean isBroken;

    @Override
    public int write(ByteBuffer source) throws IOException {
      if (isBroken) {
        throw new IOException("Broken pipe");
      }
      int count = Math.min(room, source.remaining());
      byte[] taken = new byte[count];
      source.get(taken);
      written.append(new String(taken, UTF_8));
      room -= count;
      return count;
    }

    @Override
    public int read(ByteBuffer target) {
      int count = arrived.length();
      target.put(arrived.getBytes(UTF_8));
      arrived = "";
      return count;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }

  @BeforeEach
  void connect() throws IOException {
    listening = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
    socket = SocketChannel.open(listening.getLocalAddress());
    selector = Selector.open();
  }

  @AfterEach
  void close() throws IOException {
    selector.close();
    socket.close();
    listening.close();
  }

  private ClientChannel channel() throws IOException {
    socket.configureBlocking(false);
    SelectionKey key = socket.register(selector, SelectionKey.OP_READ);
    ClientConfig config = new ClientConfig(builder);
    ClientErrors errors = new ClientErrors(SERVER, config.timeout);
    return new ClientChannel(scripted, key, config, errors, inFlight, () -> {});
  }

  private static Pending pending() {
    return new Pending(null, 1, System.nanoTime(), 0, null);
  }

  @Test
  void readsWhatTheServerHasAnsweredBeforeItWasGone() throws Exception {
    ClientChannel channel = channel();
    Pending answered = mock(Pending.class);
    Pending lost = pending();
    channel.put(Message.of("a"), answered);
    channel.put(Message.of("b"), lost);
    scripted.isBroken = true;
    scripted.arrived = "reply\n";

    channel.flush();

    verify(answered).succeed(any());
    IOException error = assertThrows(IOException.class, lost::result);
    assertEquals("Send to " + SERVER + ": Broken pipe", error.getMessage());
    assertFalse(channel.isOpen());
  }

  @ParameterizedTest
  @EnumSource
  void putsNothingDownOfAMessageForWhichThereIsNoMemory(Framing framing) throws Exception {
    builder.framing(framing);
    inFlight = mock(InFlight.class);
    ClientChannel channel = channel();
    doThrow(new OutOfMemoryError("for a test")).doNothing().when(inFlight).add(any());

    assertThrows(OutOfMemoryError.class, () -> channel.put(Message.of("lost"), pending()));
    channel.put(Message.of("a"), pending());
    channel.flush();

    String frame = switch (framing) {
      case LINES -> "a\n";
      case LENGTH_PREFIXED -> "\0\0\0\1a";
      case RAW -> "a";
    };
    assertEquals(frame, scripted.written.toString());
  }

  @Test
  void keepsWhatTheSocketDoesNotTake() throws Exception {
    ClientChannel channel = channel();
    scripted.room = 3;
    channel.put(Message.of("abc"), pending());
    channel.put(Message.of("def"), pending());

    channel.flush();
    assertTrue(channel.hasUnsent());
    assertEquals("abc", scripted.written.toString());

    scripted.room = 2;
    channel.flush();
    assertTrue(channel.hasUnsent());

    scripted.room = 100;
    channel.flush();
    assertFalse(channel.hasUnsent());
    assertEquals("abc\ndef\n", scripted.written.toString());
  }

  /** While it polls, it would take the wake-up away without notice. */
  @ParameterizedTest
  @ValueSource(ints = {0, 60})
  void returnsWhenItIsWokenUp(int pollSeconds) throws Exception {
    builder.busyPoll(Duration.ofSeconds(pollSeconds));
    ClientChannel channel = channel();
    channel.put(Message.of("a"), pending());
    channel.prepare();
    channel.wakeUp();

    assertFalse(channel.await(MINUTE));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 60})
  void returnsWhenItsThreadIsInterrupted(int pollSeconds) throws Exception {
    builder.busyPoll(Duration.ofSeconds(pollSeconds));
    ClientChannel channel = channel();
    channel.put(Message.of("a"), pending());
    channel.prepare();
    Thread.currentThread().interrupt();

    assertFalse(channel.await(MINUTE));

    assertTrue(Thread.interrupted());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 60})
  void pollsForAsLongAsItMayWait(int pollSeconds) throws Exception {
    builder.busyPoll(Duration.ofSeconds(pollSeconds));
    ClientChannel channel = channel();
    channel.put(Message.of("a"), pending());
    channel.prepare();

    assertFalse(channel.await(1));
  }
}

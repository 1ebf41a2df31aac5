package dev.echo.internal.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.mockStatic;

import dev.echo.EchoClient;
import dev.echo.EchoServer;
import dev.echo.Endpoint;
import dev.echo.internal.Addresses;
import dev.echo.testing.Certificates;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.Transport;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.mockito.MockedStatic;
import org.mockito.stubbing.Answer;

/** Connecting to servers that have several addresses, or do not answer. */
@Timeout(60)
class StreamConnectorTest {

  private static final Endpoint NAME = Endpoint.tcp("two.invalid", 7);

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable next : opened) {
      next.close();
    }
  }

  /** Where nobody listens. */
  private static SocketAddress refusing() throws IOException {
    try (ServerSocketChannel closed =
        ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0))) {
      return closed.getLocalAddress();
    }
  }

  /** A server that does not accept, and whose queue is full. */
  private Endpoint.Unix full() throws IOException {
    Endpoint.Unix unix = Endpoint.unix(Transport.freePath());
    opened.add(ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(unix.address(), 1));
    opened.add(() -> Files.delete(unix.path()));
    boolean hasRoom = true;
    while (hasRoom) {
      SocketChannel waiting = SocketChannel.open(StandardProtocolFamily.UNIX);
      opened.add(waiting);
      waiting.configureBlocking(false);
      try {
        waiting.connect(unix.address());
      } catch (IOException e) {
        hasRoom = false;
      }
    }
    return unix;
  }

  /** As for a name that has these addresses. */
  @SuppressWarnings("try") // the mock is there to be closed
  private static EchoClient connect(EchoClient.Builder builder, SocketAddress... addresses)
      throws IOException {
    Answer<?> resolved = call ->
        call.getMethod().getName().equals("resolve") ? List.of(addresses) : call.callRealMethod();
    try (MockedStatic<?> mocked = mockStatic(Addresses.class, resolved)) {
      return builder.connect(NAME);
    }
  }

  @Test
  void tellsWhyEachAddressFailed() throws Exception {
    SocketAddress first = refusing();
    SocketAddress second = refusing();

    ConnectException error =
        assertThrows(ConnectException.class, () -> connect(EchoClient.builder(), first, second));

    Throwable[] others = error.getCause().getSuppressed();
    assertEquals(1, others.length);
    assertInstanceOf(ConnectException.class, others[0]);
    String refused = others[0].getMessage(); // in the language of the system
    assertEquals("Connect to " + NAME + ": " + refused, error.getMessage());
  }

  /** The second address needs time for a handshake. */
  @Test
  void leavesTimeToTheSecondAddressWhenTheFirstDoesNotAnswer() throws Exception {
    SocketAddress silent = full().address();
    SSLParameters anyHost = new SSLParameters();
    anyHost.setEndpointIdentificationAlgorithm("");
    EchoClient.Builder builder = EchoClient.builder()
        .connectTimeout(Duration.ofSeconds(4))
        .sslContext(Certificates.none())
        .sslParameters(anyHost);
    try (EchoServer server =
            EchoServer.builder().sslContext(Certificates.of("server")).start(Endpoint.tcp(0));
        EchoClient client = connect(builder, silent, server.endpoint().address())) {
      assertEquals("x", client.send("x").message().text());
    }
  }

  @Test
  void stopsWaitingForRoomWhenInterrupted() throws Exception {
    Endpoint full = full();
    Thread.currentThread().interrupt();

    InterruptedIOException error = assertThrows(
        InterruptedIOException.class,
        () -> EchoClient.builder().connectTimeout(Duration.ofSeconds(10)).connect(full));

    assertTrue(Thread.interrupted());
    assertEquals("Connect to " + full + ": interrupted", error.getMessage());
  }

  /** The peer accepts, so that the client waits for its handshake. */
  @Test
  void stopsWaitingForTheHandshakeWhenInterrupted() throws Exception {
    ServerSocketChannel listening =
        ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
    opened.add(listening);
    Endpoint silent = Addresses.tcp((InetSocketAddress) listening.getLocalAddress());
    EchoClient.Builder builder =
        EchoClient.builder().connectTimeout(Duration.ofSeconds(10)).sslContext(Certificates.none());
    Thread.currentThread().interrupt();

    InterruptedIOException error =
        assertThrows(InterruptedIOException.class, () -> builder.connect(silent));

    assertTrue(Thread.interrupted());
    assertEquals("Connect to " + silent + ": interrupted", error.getMessage());
  }
}

package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.internal.BufferLimit;
import dev.echo.internal.tls.Tls;
import dev.echo.internal.tls.TlsBuffers;
import dev.echo.internal.tls.TlsChannel;
import dev.echo.testing.Certificates;
import dev.echo.testing.MemoryChannel;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.RecordingListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers and clients under TLS, over real sockets. */
@ParameterizedClass
@ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
@Timeout(30)
class TlsTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @Parameter
  String version;

  private final RecordingListener listener = new RecordingListener();

  private EchoServer.Builder server() {
    return EchoServer.builder()
        .sslContext(Certificates.of("server"))
        .sslParameters(Certificates.protocol(version))
        .listener(listener);
  }

  private static EchoClient connect(EchoServer server) throws IOException {
    return EchoClient.builder().sslContext(Certificates.none()).connect(server.endpoint());
  }

  private static SSLSocket socket(EchoServer server) throws IOException {
    Endpoint.Tcp endpoint = (Endpoint.Tcp) server.endpoint();
    SSLSocket socket = (SSLSocket) Certificates.none()
        .getSocketFactory()
        .createSocket(new Socket(endpoint.host(), endpoint.port()), "localhost", 1, true);
    socket.setSoTimeout(10_000);
    return socket;
  }

  @Test
  void echoesMessagesOfAllSizes() throws Exception {
    try (EchoServer server = server().start(Endpoint.tcp(0));
        EchoClient client = connect(server)) {
      for (int size : new int[] {0, 1, 16_383, 16_384, 16_385, 65_536}) {
        String text = "x".repeat(size);
        assertEquals(text, client.send(text).message().text());
      }
      List<CompletableFuture<Echo>> echoes = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        echoes.add(client.sendAsync(i + "x".repeat(i * 20)));
      }
      for (int i = 0; i < 500; i++) {
        Echo echo = echoes.get(i).get(10, TimeUnit.SECONDS);
        assertEquals(i + "x".repeat(i * 20), echo.message().text());
      }
    }
    assertEquals(List.of(), listener.allErrors);
  }

  @Test
  void answersOnAnExecutorAndOnTwoLoops() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(2);
    try (EchoServer server = server().executor(pool).eventLoops(2).start(Endpoint.tcp(0));
        EchoClient one = connect(server);
        EchoClient other = connect(server)) {
      List<CompletableFuture<Echo>> echoes = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        echoes.add(one.sendAsync("one" + i));
        echoes.add(other.sendAsync("other" + i));
      }
      for (int i = 0; i < 400; i++) {
        String expected = (i % 2 == 0 ? "one" : "other") + i / 2;
        assertEquals(expected, echoes.get(i).get(10, TimeUnit.SECONDS).message().text());
      }
    } finally {
      pool.shutdown();
    }
  }

  @Test
  void endsTheServerAtAQuitMessage() throws Exception {
    try (EchoServer server = server()
            .quitWhen(QuitPredicate.textEquals("quit"), QuitScope.SERVER)
            .start(Endpoint.tcp(0));
        EchoClient client = connect(server)) {
      assertEquals("quit", client.send("quit").message().text());
      assertTrue(server.awaitTermination(SOON));
    }
  }

  @Test
  void survivesAListenerThatFailsAfterTheHandshake() throws Exception {
    EchoListener failing = new EchoListener() {
      @Override
      public void onOpen(Peer peer) {
        throw new IllegalStateException("as it happens");
      }
    };
    try (EchoServer server = server().listener(failing).start(Endpoint.tcp(0));
        EchoClient client = connect(server)) {
      assertEquals("hello", client.send("hello").message().text());
    }
    assertEquals(1, noLeaks.takeWarnings().size());
  }

  /** Neither end of the socket closes before the other has said all. */
  @Test
  void answersWhatComesTogetherWithTheEnd() throws Exception {
    try (EchoServer server = server().start(Endpoint.tcp(0));
        SocketChannel socket = SocketChannel.open(server.endpoint().address())) {
      MemoryChannel[] memory = MemoryChannel.pair();
      TlsChannel peer = new TlsChannel(
          memory[0],
          Tls.forClient(Certificates.none(), null).connectingEngine(Endpoint.tcp("localhost", 1)),
          new TlsBuffers(),
          BufferLimit.NONE);
      for (TlsChannel.Need need = peer.handshake();
          need != TlsChannel.Need.NOTHING;
          need = peer.handshake()) {
        if (need == TlsChannel.Need.TASKS) {
          peer.runTasks();
        } else {
          sendAll(memory[1], socket);
          receive(socket, memory[1]);
        }
      }
      peer.write(ByteBuffer.wrap("one\ntwo\n".getBytes()));
      peer.endOutput();
      sendAll(memory[1], socket);
      ByteBuffer in = ByteBuffer.allocate(65_536);
      while (peer.read(in) >= 0) {
        if (!peer.hasMore()) {
          receive(socket, memory[1]);
        }
      }

      assertEquals("one\ntwo\n", new String(in.array(), 0, in.position()));
    }
    assertEquals(List.of(), listener.allErrors);
  }

  private static void sendAll(MemoryChannel memory, SocketChannel socket) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(65_536);
    memory.read(bytes);
    socket.write(bytes.flip());
  }

  private static void receive(SocketChannel socket, MemoryChannel memory) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(65_536);
    assertTrue(socket.read(bytes) > 0);
    memory.write(bytes.flip());
  }

  @Test
  void letsATransformerKnowWhoSends() throws Exception {
    SSLParameters mutual = Certificates.protocol(version);
    mutual.setNeedClientAuth(true);
    try (EchoServer server = server()
            .sslParameters(mutual)
            .transformer((message, peer) -> Message.of("Hello " + name(peer)))
            .start(Endpoint.tcp(0));
        EchoClient client =
            EchoClient.builder().sslContext(Certificates.of("client")).connect(server.endpoint())) {
      assertEquals("Hello CN=client", client.send("hello").message().text());
    }
  }

  private static String name(Peer peer) {
    try {
      return peer.tlsSession().orElseThrow().getPeerPrincipal().getName();
    } catch (SSLPeerUnverifiedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void opensWithTheSessionOfTheHandshake() throws Exception {
    try (EchoServer server = server().start(Endpoint.tcp(0))) {
      try (EchoClient client = connect(server)) {
        client.send("hello");
        assertEquals(1, server.stats().openConnections());
      }
      listener.awaitClose();
      assertEquals(List.of("start", "open", "echo hello", "close"), listener.events);
      assertEquals(version, listener.sessions.get(0).getProtocol());
      assertEquals(0, server.stats().openConnections());
    }
  }

  @Test
  void sendsTheServerNameOfTheParameters() throws Exception {
    SSLParameters named = new SSLParameters();
    named.setServerNames(List.of(new SNIHostName("echo.example.org")));
    try (EchoServer server = server().start(Endpoint.tcp(0));
        EchoClient client = EchoClient.builder()
            .sslContext(Certificates.none())
            .sslParameters(named)
            .connect(server.endpoint())) {
      client.send("hello");

      ExtendedSSLSession session = (ExtendedSSLSession) listener.sessions.get(0);
      assertEquals(List.of(new SNIHostName("echo.example.org")), session.getRequestedServerNames());
    }
  }

  @Test
  void checksNoNameIfToldSo() throws Exception {
    SSLParameters lax = new SSLParameters();
    lax.setEndpointIdentificationAlgorithm("");
    try (EchoServer server =
            server().sslContext(Certificates.of("elsewhere")).start(Endpoint.tcp(0));
        EchoClient client = EchoClient.builder()
            .sslContext(Certificates.none())
            .sslParameters(lax)
            .connect(server.endpoint())) {
      assertEquals("hello", client.send("hello").message().text());
    }
  }

  @Test
  void answersWhatCameBeforeTheOtherSideCloses() throws Exception {
    String lines = "hello\n".repeat(1_000);
    try (EchoServer server = server().start(Endpoint.tcp(0));
        SSLSocket peer = socket(server)) {
      peer.getOutputStream().write(lines.getBytes());
      peer.shutdownOutput();

      assertEquals(lines, new String(peer.getInputStream().readAllBytes()));
    }
    assertEquals(List.of(), listener.allErrors);
  }

  /** TLS 1.2 has no half-close: what can't be answered any more is an error. */
  @Test
  void answersALastLineWithoutEndUnlessTheConnectionIsClosed() throws Exception {
    try (EchoServer server = server().start(Endpoint.tcp(0));
        SSLSocket peer = socket(server)) {
      peer.getOutputStream().write("one\ntwo".getBytes());
      peer.shutdownOutput();

      String replies = new String(peer.getInputStream().readAllBytes());
      if (version.equals("TLSv1.3")) {
        assertEquals("one\ntwo", replies);
      } else {
        assertEquals("one\n", replies);
        assertInstanceOf(IOException.class, listener.awaitError());
      }
    }
  }

  @Test
  void saysGoodbyeAtShutdown() throws Exception {
    try (EchoServer server = server().start(Endpoint.tcp(0));
        SSLSocket peer = socket(server)) {
      peer.getOutputStream().write("hello\n".getBytes());
      assertEquals("hello\n", new String(peer.getInputStream().readNBytes(6)));

      server.shutdown();

      assertEquals(-1, peer.getInputStream().read()); // which throws without close_notify
      assertTrue(server.awaitTermination(SOON));
    }
  }

  @Test
  void closesAfterTheQuitReply() throws Exception {
    try (EchoServer server =
            server().quitWhen(QuitPredicate.textEquals("quit")).start(Endpoint.tcp(0));
        SSLSocket peer = socket(server)) {
      peer.getOutputStream().write("quit\n".getBytes());

      assertEquals("quit\n", new String(peer.getInputStream().readAllBytes()));
    }
  }

  @Test
  void reportsAStreamThatWasCutOff() throws Exception {
    try (EchoServer server = server().start(Endpoint.tcp(0))) {
      Endpoint.Tcp endpoint = (Endpoint.Tcp) server.endpoint();
      try (Socket socket = new Socket(endpoint.host(), endpoint.port())) {
        SSLSocket peer = (SSLSocket)
            Certificates.none().getSocketFactory().createSocket(socket, "localhost", 1, false);
        peer.getOutputStream().write("hello\n".getBytes());
        assertEquals("hello\n", new String(peer.getInputStream().readNBytes(6)));
      }
      String error = listener.awaitError().getMessage();
      assertTrue(error.endsWith("it ended without close_notify"), error);
      listener.awaitClose();
    }
  }

  @Test
  void tellsTheClientThatTheStreamWasCutOff() throws Exception {
    try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<Void> cut = CompletableFuture.runAsync(() -> {
        try (Socket raw = listening.accept()) {
          SSLSocket peer = (SSLSocket)
              Certificates.of("server").getSocketFactory().createSocket(raw, null, false);
          peer.getInputStream().readNBytes(6);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });
      try (EchoClient client = EchoClient.builder()
          .sslContext(Certificates.none())
          .sslParameters(Certificates.protocol(version))
          .connect(Endpoint.tcp(listening.getLocalPort()))) {
        IOException e = assertThrows(IOException.class, () -> client.send("hello"));

        assertTrue(e.getMessage().endsWith("it ended without close_notify"), e.getMessage());
        assertFalse(client.isOpen());
      }
      cut.get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void changesKeysWhenAskedAndRefusesRenegotiation() throws Exception {
    try (EchoServer server = server().start(Endpoint.tcp(0));
        SSLSocket peer = socket(server)) {
      peer.getOutputStream().write("hello\n".getBytes());
      assertEquals("hello\n", new String(peer.getInputStream().readNBytes(6)));
      if (version.equals("TLSv1.2")) {
        try {
          peer.startHandshake();
        } catch (IOException e) {
          // Whether it notices the end here depends on what arrives first.
        }
        String error = listener.awaitError().getMessage();
        assertTrue(error.endsWith("asks for renegotiation"), error);
        return;
      }
      for (int i = 0; i < 100; i++) {
        peer.startHandshake();
        peer.getOutputStream().write("hello\n".getBytes());
        assertEquals("hello\n", new String(peer.getInputStream().readNBytes(6)));
      }
    }
    assertEquals(List.of(), listener.allErrors);
  }
}

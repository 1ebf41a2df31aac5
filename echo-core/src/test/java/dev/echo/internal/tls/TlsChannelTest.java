package dev.echo.internal.tls;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.echo.Endpoint;
import dev.echo.internal.BufferLimit;
import dev.echo.testing.Certificates;
import dev.echo.testing.MemoryChannel;
import dev.echo.testing.Seeds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.function.IntSupplier;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two channels face each other over a stream that is cut wherever it hurts. */
@ParameterizedClass
@ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
@Timeout(60)
class TlsChannelTest {

  private static final int RECORD = 16_384;

  @Parameter
  String version;

  private final MemoryChannel[] sockets = MemoryChannel.pair();
  private final BufferLimit buffers = new BufferLimit(1_000_000);
  private TlsChannel client;
  private TlsChannel server;
  private SSLEngine clientEngine;

  private void open() throws IOException {
    SSLParameters only = Certificates.protocol(version);
    clientEngine =
        Tls.forClient(Certificates.none(), only).connectingEngine(Endpoint.tcp("localhost", 7));
    client = new TlsChannel(sockets[0], clientEngine, new TlsBuffers(), buffers);
    server = new TlsChannel(
        sockets[1],
        Tls.forServer(Certificates.of("server"), only).acceptingEngine(),
        new TlsBuffers(),
        buffers);
  }

  private void shakeHands() throws IOException {
    open();
    shakeOpenHands();
  }

  private void shakeOpenHands() throws IOException {
    int tries = 0;
    while (!goOn(client) | !goOn(server)) { // each waits for the other
      assertTrue(++tries < 100_000);
    }
  }

  private static boolean goOn(TlsChannel channel) throws IOException {
    TlsChannel.Need need = channel.handshake();
    if (need == TlsChannel.Need.TASKS) {
      channel.runTasks();
    }
    return need == TlsChannel.Need.NOTHING;
  }

  private static byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  private static byte[] read(TlsChannel from, int count) throws IOException {
    ByteBuffer all = ByteBuffer.allocate(count);
    ByteBuffer in = ByteBuffer.allocate(65_536);
    for (int tries = 0; all.hasRemaining() && tries < 1_000_000; tries++) {
      assertTrue(from.read(in.clear()) >= 0);
      all.put(in.flip());
    }
    return all.array();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 100, 16_384})
  void passesOnWhatComesInPiecesOfAnySize(int size) throws Exception {
    for (MemoryChannel socket : sockets) {
      socket.readSize = () -> size;
    }
    shakeHands();
    byte[] sent = bytes(40_000);

    client.write(ByteBuffer.wrap(sent));
    assertArrayEquals(sent, read(server, sent.length));
    server.write(ByteBuffer.wrap(sent));
    assertArrayEquals(sent, read(client, sent.length));
  }

  @Test
  void putsARecordTogetherThatWasCutAtAnyByte() throws Exception {
    shakeHands();
    ByteBuffer in = ByteBuffer.allocate(65_536);
    client.write(ByteBuffer.wrap("measure".getBytes(UTF_8)));
    int recordSize = sockets[1].available();
    assertEquals(7, server.read(in));
    for (int cut = 1; cut < recordSize; cut++) {
      client.write(ByteBuffer.wrap("another".getBytes(UTF_8)));
      int firstPart = cut;
      sockets[1].readSize = () -> firstPart;
      assertEquals(0, server.read(in.clear()));
      assertFalse(server.hasMore());
      sockets[1].readSize = () -> Integer.MAX_VALUE;
      assertEquals(7, server.read(in));
      assertEquals("another", new String(in.array(), 0, 7, UTF_8));
    }
  }

  @Test
  void takesAllRecordsThatCameTogetherAndThePartOfOne() throws Exception {
    shakeHands();
    for (int i = 0; i < 10; i++) {
      client.write(ByteBuffer.wrap(("message " + i).getBytes(UTF_8)));
    }
    int all = sockets[1].available();
    sockets[1].readSize = () -> all - 1;
    ByteBuffer in = ByteBuffer.allocate(65_536);

    assertEquals(9 * 9, server.read(in));
    assertEquals(9, server.read(in));

    assertTrue(new String(in.array(), 0, 90, UTF_8).endsWith("message 8message 9"));
  }

  /** Sizes around those of the messages and of the records that hold them. */
  @ParameterizedTest
  @ValueSource(ints = {1, 5, 29, 100, 16_383, 16_384, 16_385, 16_405, 16_406, 16_407, 40_000})
  void countsBytesAsWrittenOnlyWhenTheirRecordsAre(int size) throws Exception {
    shakeHands();
    byte[] sent = bytes(100_000);
    ByteBuffer out = ByteBuffer.wrap(sent);
    boolean[] takes = {true};
    sockets[0].writeSize = () -> (takes[0] = !takes[0]) ? size : 0;
    int reported = 0;

    for (int tries = 0; out.hasRemaining() && tries < 1_000_000; tries++) {
      reported += client.write(out);
      assertTrue(sockets[1].available() < 2 * sent.length, "sent twice");
      assertEquals(out.position(), reported);
    }
    assertEquals(sent.length, reported);

    // All of it is there, although nothing more was written.
    assertArrayEquals(sent, read(server, sent.length));
  }

  @Test
  void survivesEveryPartialWriteOfARecord() throws Exception {
    shakeHands();
    client.write(ByteBuffer.wrap("measure".getBytes(UTF_8)));
    int recordSize = sockets[1].available();
    read(server, 7);
    for (int part = 0; part < recordSize; part++) {
      int first = part;
      sockets[0].writeSize = () -> first;
      ByteBuffer out = ByteBuffer.wrap("another".getBytes(UTF_8));
      assertEquals(0, client.write(out));
      sockets[0].writeSize = () -> 0;
      assertEquals(0, client.write(out));
      sockets[0].writeSize = () -> Integer.MAX_VALUE;
      // A caller may have copied what was left in between.
      assertEquals(7, client.write(ByteBuffer.wrap("another".getBytes(UTF_8))));
      assertEquals("another", new String(read(server, 7), UTF_8));
    }
  }

  @Test
  void survivesPiecesOfRandomSizes() throws Exception {
    long seed = Seeds.any();
    Random random = new Random(seed);
    IntSupplier any = () -> random.nextInt(4) == 0 ? 0 : random.nextInt(20_000);
    for (MemoryChannel socket : sockets) {
      socket.readSize = any;
      socket.writeSize = any;
    }
    shakeHands();
    for (int round = 0; round < 100; round++) {
      byte[] sent = bytes(random.nextInt(60_000));
      ByteBuffer out = ByteBuffer.wrap(sent);
      ByteBuffer echoed = ByteBuffer.allocate(sent.length);
      ByteBuffer unsent = ByteBuffer.allocate(65_536).flip();
      ByteBuffer in = ByteBuffer.allocate(65_536);
      for (int tries = 0; echoed.hasRemaining(); tries++) {
        assertTrue(tries < 100_000, () -> "seed " + seed);
        client.write(out);
        if (!unsent.hasRemaining()) {
          server.read(unsent.clear());
          unsent.flip();
        }
        server.write(unsent);
        client.read(in.clear());
        echoed.put(in.flip());
      }
      assertArrayEquals(sent, echoed.array(), () -> "seed " + seed);
    }
  }

  @Test
  void holdsNothingWhileIdle() throws Exception {
    shakeHands();
    client.write(ByteBuffer.wrap(bytes(RECORD)));
    read(server, RECORD);
    server.write(ByteBuffer.wrap(bytes(RECORD)));
    read(client, RECORD);

    assertEquals(0, buffers.held());
  }

  @Test
  void endsWithCloseNotifyOnBothSides() throws Exception {
    shakeHands();
    client.write(ByteBuffer.wrap("last".getBytes(UTF_8)));
    assertTrue(client.endOutput());
    ByteBuffer in = ByteBuffer.allocate(65_536);

    assertEquals(4, server.read(in));
    assertTrue(server.hasMore());
    // What came before close_notify can still be answered under TLS 1.2, which has no half-close.
    server.write(ByteBuffer.wrap("echo".getBytes(UTF_8)));
    assertEquals(-1, server.read(in.clear()));
    assertFalse(server.hasMore());
    assertTrue(server.endOutput());
    server.close();

    assertEquals("echo", new String(read(client, 4), UTF_8));
    assertEquals(-1, client.read(in.clear()));
  }

  @Test
  void hearsCloseNotifyOfAPeerThatTakesNoneInReturn() throws Exception {
    shakeHands();
    assertTrue(client.endOutput());
    sockets[1].isBroken = true;

    assertEquals(-1, server.read(ByteBuffer.allocate(65_536)));

    server.close();
    assertFalse(server.isOpen());
  }

  @Test
  void waitsUntilCloseNotifyIsTaken() throws Exception {
    shakeHands();
    sockets[0].writeSize = () -> 1;

    int tries = 1;
    while (!client.endOutput()) {
      tries++;
    }

    assertTrue(tries > 20, () -> "close_notify of bytes");
    assertEquals(-1, server.read(ByteBuffer.allocate(65_536)));
  }

  @Test
  void reportsAStreamThatWasCutOff() throws Exception {
    shakeHands();
    client.write(ByteBuffer.wrap("last".getBytes(UTF_8)));
    sockets[1].endOfStream = true;
    ByteBuffer in = ByteBuffer.allocate(65_536);

    assertEquals(4, server.read(in));
    SSLException e = assertThrows(SSLException.class, () -> server.read(in.clear()));

    assertEquals("the stream was cut off: it ended without close_notify", e.getMessage());
  }

  @Test
  void reportsWhatWasTamperedWith() throws Exception {
    shakeHands();
    client.write(ByteBuffer.wrap("message".getBytes(UTF_8)));
    ByteBuffer record = ByteBuffer.allocate(sockets[1].available());
    sockets[1].read(record);
    record.put(record.limit() - 1, (byte) ~record.get(record.limit() - 1));
    sockets[0].write(record.flip());

    assertThrows(SSLException.class, () -> server.read(ByteBuffer.allocate(65_536)));
  }

  @Test
  void answersKeyUpdatesAndRefusesRenegotiation() throws Exception {
    shakeHands();
    for (int i = 0; i < 100; i++) {
      clientEngine.beginHandshake(); // under TLS 1.3 a key update
      if (version.equals("TLSv1.2")) {
        client.handshake();
        SSLException e =
            assertThrows(SSLException.class, () -> server.read(ByteBuffer.allocate(65_536)));
        assertEquals("the peer asks for renegotiation", e.getMessage());
        return;
      }
      client.handshake();
      client.write(ByteBuffer.wrap(("message " + i % 10).getBytes(UTF_8)));
      assertEquals("message " + i % 10, new String(read(server, 9), UTF_8));
      server.write(ByteBuffer.wrap(("echo " + i % 10).getBytes(UTF_8)));
      assertEquals("echo " + i % 10, new String(read(client, 6), UTF_8));
    }
  }

  @Test
  void givesUpOnAPeerThatTakesNoAnswersToItsKeyUpdates() throws Exception {
    assumeTrue(version.equals("TLSv1.3"), "there is no such thing before");
    shakeHands();
    sockets[1].writeSize = () -> 0;

    SSLException e = assertThrows(SSLException.class, () -> {
      for (int i = 0; i < 10_000; i++) {
        clientEngine.beginHandshake();
        client.handshake();
        server.read(ByteBuffer.allocate(65_536));
      }
    });

    assertEquals("the peer does not take the answers that it asks for", e.getMessage());
  }

  @Test
  void answersKeyUpdatesWithoutEndOfAPeerThatTakesTheAnswersLater() throws Exception {
    assumeTrue(version.equals("TLSv1.3"), "there is no such thing before");
    shakeHands();
    ByteBuffer in = ByteBuffer.allocate(65_536);
    for (int i = 0; i < 1_000; i++) {
      sockets[1].writeSize = () -> 0;
      clientEngine.beginHandshake();
      client.handshake();
      assertEquals(0, server.read(in.clear()));

      sockets[1].writeSize = () -> Integer.MAX_VALUE;
      server.write(ByteBuffer.wrap(new byte[1]));
      assertEquals(1, client.read(in.clear()));
    }
  }

  @Test
  void changesKeysWhileDataWaitsToBeTaken() throws Exception {
    assumeTrue(version.equals("TLSv1.3"), "there is no such thing before");
    shakeHands();
    sockets[1].writeSize = () -> 0;
    byte[] sent = bytes(50_000);
    ByteBuffer out = ByteBuffer.wrap(sent);
    assertEquals(0, server.write(out));

    for (int i = 0; i < 10; i++) {
      clientEngine.beginHandshake();
      client.handshake();
      assertEquals(0, server.read(ByteBuffer.allocate(65_536)));
    }
    sockets[1].writeSize = () -> Integer.MAX_VALUE;

    assertEquals(sent.length, server.write(out));
    assertArrayEquals(sent, read(client, sent.length));
  }

  @Test
  void refusesAHandshakeThatDoesNotEnd() throws Exception {
    assumeTrue(version.equals("TLSv1.2"), "all that comes later is of use or refused");
    open();
    client.handshake();
    goOn(server);
    byte[] canceled = {21, 3, 3, 0, 2, 1, 90}; // an alert that is to be ignored

    SSLException e = assertThrows(SSLException.class, () -> {
      for (int i = 0; i < 100_000; i++) {
        sockets[0].write(ByteBuffer.wrap(canceled));
        goOn(server);
      }
    });

    assertTrue(e.getMessage().startsWith("not done after 26"), e.getMessage());
  }

  @Test
  void refusesAnAlertInPlaceOfAGreeting() throws Exception {
    open();
    sockets[0].write(ByteBuffer.wrap(new byte[] {21, 3, 3, 0, 2, 1, 90}));

    SSLException e = assertThrows(SSLException.class, () -> server.handshake());

    assertEquals("the peer does not speak TLS", e.getMessage());
  }

  @Test
  void asksForTheServerByItsName() throws Exception {
    SSLParameters lax = new SSLParameters();
    lax.setEndpointIdentificationAlgorithm("");
    lax.setProtocols(new String[] {version});
    open();
    clientEngine = Tls.forClient(Certificates.none(), lax)
        .connectingEngine(Endpoint.tcp("echo.example.org", 7));
    client = new TlsChannel(sockets[0], clientEngine, new TlsBuffers(), BufferLimit.NONE);
    shakeOpenHands();

    ExtendedSSLSession session = (ExtendedSSLSession) server.session();
    assertEquals(List.of(new SNIHostName("echo.example.org")), session.getRequestedServerNames());
  }
}

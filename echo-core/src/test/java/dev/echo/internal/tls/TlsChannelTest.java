package dev.echo.internal.tls;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.testing.MemoryChannel;
import dev.echo.testing.Seeds;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.function.IntSupplier;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is sent, and how it ends, over a stream that is cut wherever it hurts. */
class TlsChannelTest extends TlsChannelPairTest {

  private static final int RECORD = 16_384;

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
}

package dev.echo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.testing.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A peer that sends lines as long as they are taken, and reads nothing. */
final class HostilePeer implements AutoCloseable {

  private static final int LINE_SIZE = 1_000;
  private static final byte[] LINES =
      ("y".repeat(LINE_SIZE - 1) + "\n").repeat(64).getBytes(UTF_8);

  private final Wire wire;
  private final ByteBuffer rest = ByteBuffer.wrap(LINES);
  private final long limit;
  long accepted;

  /**
   * @param limit what no server may take without being read from
   */
  HostilePeer(Endpoint server, long limit) throws IOException {
    this.limit = limit;
    wire = Wire.to(server);
    wire.channel.configureBlocking(false);
  }

  /** Returns whether something more was taken. */
  boolean push() throws IOException {
    long before = accepted;
    int taken;
    do {
      taken = wire.channel.write(rest.hasRemaining() ? rest : rest.rewind());
      accepted += taken;
      assertTrue(accepted < limit, accepted + " bytes accepted");
    } while (taken > 0);
    return accepted > before;
  }

  /** Reads after all, up to the end, and returns how many lines came back. */
  long countReplies() throws IOException {
    wire.channel.configureBlocking(true);
    byte[] replies = wire.receiveBytesToEnd();
    assertEquals(0, replies.length % LINE_SIZE, "bytes of a line that is not complete");
    return replies.length / LINE_SIZE;
  }

  @Override
  public void close() throws IOException {
    wire.reset();
  }
}

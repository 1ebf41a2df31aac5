package dev.echo.benchmark;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.DatagramChannel;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/**
 * One client of the load: it sends numbered lines of 64 bytes and checks the replies, byte for byte
 * and in order.
 */
final class Flow implements Closeable {

  static final int MESSAGE_SIZE = 64;
  private static final String FIRST_LINE =
      "aaaaaaaa" + "-0123456789abcdef".repeat(4).substring(0, 55) + "\n";
  private static final int NUMBER_SIZE = 8;

  private final ByteChannel channel;
  private final boolean datagrams;
  private final int depth;
  private final byte[] message = FIRST_LINE.getBytes(US_ASCII);
  private final byte[] reply;
  private final ByteBuffer out;
  private final ByteBuffer in;

  /**
   * Creates a client.
   *
   * @param channel connected and not blocking
   * @param transformer makes the reply to expect
   */
  Flow(ByteChannel channel, int depth, UnaryOperator<String> transformer) {
    this.channel = channel;
    this.depth = depth;
    this.datagrams = channel instanceof DatagramChannel;
    this.reply = transformer.apply(FIRST_LINE).getBytes(US_ASCII);
    this.out = ByteBuffer.allocate(depth * message.length);
    this.in = ByteBuffer.allocate(depth * reply.length + 1); // a longer reply shows
  }

  void send(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      out.put(message);
      increment(message);
      if (datagrams) {
        flush();
      }
    }
    if (!datagrams) {
      flush();
    }
  }

  private void flush() throws IOException {
    channel.write(out.flip());
    if (out.hasRemaining()) {
      throw new IOException("The socket's send buffer is full");
    }
    out.clear();
  }

  /** Reads once, or all datagrams there are, and answers each reply with the next message. */
  int exchange() throws IOException {
    int count = 0;
    do {
      int read = channel.read(in);
      if (read < 0) {
        throw new IOException("The server closed the connection");
      }
      if (read == 0) {
        break;
      }
      count += check();
    } while (datagrams && depth > 1);
    send(count);
    return count;
  }

  private int check() throws IOException {
    int count = 0;
    int start = 0;
    for (; start + reply.length <= in.position(); start += reply.length) {
      int end = start + reply.length;
      if (!Arrays.equals(in.array(), start, end, reply, 0, reply.length)) {
        throw new IOException("Expected " + new String(reply, US_ASCII) + " but received "
            + new String(in.array(), start, reply.length, US_ASCII));
      }
      increment(reply);
      count++;
    }
    if (datagrams && start < in.position()) {
      throw new IOException("Received a datagram of another size than " + reply.length);
    }
    in.limit(in.position()).position(start);
    in.compact();
    return count;
  }

  /** Counts in letters, so that upper case changes the number, too. */
  private static void increment(byte[] line) {
    int i = NUMBER_SIZE - 1;
    while ((line[i] | 0x20) == 'z') {
      line[i--] -= 25;
    }
    line[i]++;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}

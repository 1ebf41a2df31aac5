package dev.echo;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** What a peer does to a server, step by step, as a seed has it, and the bytes that it sends. */
final class Script {

  static final int LIMIT = 200;

  enum Kind {
    /** Sends a piece of valid frames that is cut anywhere. */
    SEND,
    OVERSIZED,
    GARBAGE,
    /** Sends frames and reads no replies, until the server takes no more. */
    FLOOD,
    /** Reads some of the replies that are due. */
    READ,
    /** Does nothing while somebody else comes, is served and leaves. */
    WAIT,

    // How it ends:
    HALF_CLOSE,
    RESET,
    IDLE,
    CLOSE;

    static final int FIRST_END = HALF_CLOSE.ordinal();
  }

  record Step(Kind kind, int size) {}

  final Framing framing;
  final boolean onExecutor;
  final List<Step> steps = new ArrayList<>();
  private final Random random;

  /** What is still to be sent of frames that were begun. */
  private byte[] frames = {};

  Script(long seed) {
    random = new Random(seed);
    framing = pick(Framing.values());
    onExecutor = random.nextInt(4) == 0;
    for (int i = random.nextInt(12); i > 0; i--) {
      Kind kind = random.nextInt(3) > 0 ? Kind.SEND : Kind.values()[random.nextInt(Kind.FIRST_END)];
      steps.add(new Step(kind, 1 + random.nextInt(2 * LIMIT)));
    }
    int ends = Kind.values().length - Kind.FIRST_END;
    steps.add(new Step(Kind.values()[Kind.FIRST_END + random.nextInt(ends)], 0));
  }

  private <T> T pick(T[] from) {
    return from[random.nextInt(from.length)];
  }

  /** The next piece of valid frames. */
  byte[] piece(int size) {
    ByteArrayOutputStream enough = new ByteArrayOutputStream();
    enough.writeBytes(frames);
    while (enough.size() < size) {
      enough.writeBytes(frame());
    }
    byte[] all = enough.toByteArray();
    frames = Arrays.copyOfRange(all, size, all.length);
    return Arrays.copyOf(all, size);
  }

  /** Takes back what the socket did not. */
  void putBack(byte[] rest) {
    byte[] all = Arrays.copyOf(rest, rest.length + frames.length);
    System.arraycopy(frames, 0, all, rest.length, frames.length);
    frames = all;
  }

  private byte[] frame() {
    int size = pick(new Integer[] {0, 1, LIMIT - 1, LIMIT, random.nextInt(LIMIT)});
    byte[] message = garbage(size);
    for (int i = 0; i < size && framing == Framing.LINES; i++) {
      message[i] = message[i] == '\n' ? 0 : message[i];
    }
    return framed(framing, message, random.nextInt(3) == 0 ? "\r\n" : "\n");
  }

  /** The rest of the frames, and a message that is too large, or under RAW just another. */
  byte[] oversized(int size) {
    byte[] message = new byte[LIMIT + (random.nextBoolean() ? 1 : size)];
    Arrays.fill(message, (byte) 'x');
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(frames);
    all.writeBytes(framed(framing, message, "\n"));
    frames = new byte[0];
    return all.toByteArray();
  }

  byte[] garbage(int size) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    return bytes;
  }

  static byte[] framed(Framing framing, byte[] message, String lineEnding) {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    if (framing == Framing.LENGTH_PREFIXED) {
      frame.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(message.length).array());
    }
    frame.writeBytes(message);
    if (framing == Framing.LINES) {
      frame.writeBytes(lineEnding.getBytes());
    }
    return frame.toByteArray();
  }

  @Override
  public String toString() {
    return framing + (onExecutor ? " on an executor: " : ": ") + steps;
  }
}

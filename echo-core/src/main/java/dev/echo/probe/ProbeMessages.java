package dev.echo.probe;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The messages of a probe: run, flow and number in fixed width, then content, all in upper-case
 * letters and digits.
 */
final class ProbeMessages {

  private static final int RUN_DIGITS = 6;
  private static final int FLOW_DIGITS = 2;
  private static final int NUMBER_DIGITS = 8;
  private static final int BASE = 36;

  /** The smallest size of a message. */
  static final int HEADER = RUN_DIGITS + FLOW_DIGITS + NUMBER_DIGITS;

  /** The last number. */
  static final long MAX_NUMBER = power(NUMBER_DIGITS) - 1;

  /** What has no header of this probe and flow. */
  static final long FOREIGN = -1;

  private static final byte[] DIGITS = new byte[BASE];
  private static final byte[] VALUES = new byte[256];

  static {
    Arrays.fill(VALUES, (byte) -1);
    for (int i = 0; i < BASE; i++) {
      DIGITS[i] = (byte) Character.toUpperCase(Character.forDigit(i, BASE));
      VALUES[DIGITS[i]] = (byte) i;
    }
  }

  /** Where the content of a message may begin in {@link #content}. */
  private static final int OFFSET_BITS = 12;

  /** 2^64 by the golden ratio, which spreads numbers that follow each other. */
  private static final long SPREAD = 0x9e3779b97f4a7c15L;

  final int size;

  /** Of each flow, what its messages begin with. */
  private final byte[][] beginnings;

  /** What the contents of all messages are slices of. */
  private final byte[] content;

  /**
   * @param run what tells the probe from all others
   */
  ProbeMessages(long run, int flows, int size, long seed) {
    this.size = size;
    beginnings = new byte[flows][RUN_DIGITS + FLOW_DIGITS];
    for (int i = 0; i < flows; i++) {
      putDigits(Long.remainderUnsigned(run, power(RUN_DIGITS)), beginnings[i], 0, RUN_DIGITS);
      putDigits(i + 1, beginnings[i], RUN_DIGITS, FLOW_DIGITS);
    }
    content = new byte[(1 << OFFSET_BITS) + size - HEADER];
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < content.length; i++) {
      content[i] = DIGITS[random.nextInt(BASE)];
    }
  }

  private static long power(int exponent) {
    long power = 1;
    for (int i = 0; i < exponent; i++) {
      power *= BASE;
    }
    return power;
  }

  private static void putDigits(long number, byte[] to, int at, int digits) {
    long rest = number;
    for (int i = at + digits - 1; i >= at; i--) {
      to[i] = DIGITS[(int) (rest % BASE)];
      rest /= BASE;
    }
  }

  /** Puts down a message. */
  void put(int flow, long number, byte[] to, int at) {
    byte[] beginning = beginnings[flow];
    System.arraycopy(beginning, 0, to, at, beginning.length);
    putDigits(number, to, at + beginning.length, NUMBER_DIGITS);
    System.arraycopy(content, offset(flow, number), to, at + HEADER, size - HEADER);
  }

  /** Returns the number in the header of what came, or {@link #FOREIGN}. */
  long number(int flow, byte[] bytes, int from, int to) {
    byte[] beginning = beginnings[flow];
    int at = from + beginning.length;
    if (to - from < HEADER || !Arrays.equals(beginning, 0, beginning.length, bytes, from, at)) {
      return FOREIGN;
    }
    long number = 0;
    for (int i = at; i < from + HEADER; i++) {
      int value = VALUES[bytes[i] & 0xff];
      if (value < 0) {
        return FOREIGN;
      }
      number = number * BASE + value;
    }
    return number;
  }

  /** Whether what came begins with the message of that number, which is the one in its header. */
  boolean isIntact(int flow, long number, byte[] bytes, int from, int to) {
    int offset = offset(flow, number);
    return to - from >= size
        && Arrays.equals(
            content, offset, offset + size - HEADER, bytes, from + HEADER, from + size);
  }

  private static int offset(int flow, long number) {
    return (int) ((number * 1024 + flow) * SPREAD >>> Long.SIZE - OFFSET_BITS);
  }
}

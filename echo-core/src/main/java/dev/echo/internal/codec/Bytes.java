package dev.echo.internal.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.echo.Message;
import dev.echo.internal.BufferLimit;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** A growing sequence of bytes, in which frames and replies are put together. */
public final class Bytes {

  /** Reads and writes eight bytes of an array at a time, the first in the lowest bits. */
  static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** The largest array that every JVM can make. */
  private static final int MAX = Integer.MAX_VALUE - 8;

  private static final byte[] EMPTY = {};

  private static final long LINE_FEEDS = 0x0a0a0a0a0a0a0a0aL;
  private static final long LOW_BITS = 0x7f7f7f7f7f7f7f7fL;

  private final BufferLimit limit;

  /** Up to this capacity nothing is reserved. */
  private final int uncounted;

  private byte[] array;
  private int size;

  /** What was there before the capacity was counted, or null. */
  private byte[] small;

  public Bytes(int capacity) {
    this(capacity, BufferLimit.NONE, 0);
  }

  /**
   * @param limit where the capacity is reserved
   * @param uncounted up to which capacity it need not be
   */
  public Bytes(int capacity, BufferLimit limit, int uncounted) {
    this.limit = limit;
    this.uncounted = uncounted;
    limit.reserve(reserved(capacity));
    try {
      array = new byte[capacity];
    } catch (OutOfMemoryError e) {
      limit.release(reserved(capacity));
      throw e;
    }
  }

  private int reserved(int capacity) {
    return capacity > uncounted ? capacity : 0;
  }

  /** The bytes up to {@link #size()}; another array after the sequence has grown. */
  public byte[] array() {
    return array;
  }

  public int size() {
    return size;
  }

  public void put(int b) {
    ensure(1);
    array[size++] = (byte) b;
  }

  public void put(byte[] source) {
    put(source, 0, source.length);
  }

  public void put(Message message) {
    ensure(message.size());
    message.copyTo(array, size);
    size += message.size();
  }

  public void put(byte[] source, int from, int to) {
    ensure(to - from);
    System.arraycopy(source, from, array, size, to - from);
    size += to - from;
  }

  /** Puts a number from 0 to 99,999. */
  void putDecimal(int number) {
    ensure(5);
    byte[] to = array;
    int at = size;
    // Divisors that the compiler knows become multiplications.
    if (number >= 10_000) {
      to[at++] = (byte) ('0' + number / 10_000);
    }
    if (number >= 1_000) {
      to[at++] = (byte) ('0' + number / 1_000 % 10);
    }
    if (number >= 100) {
      to[at++] = (byte) ('0' + number / 100 % 10);
    }
    if (number >= 10) {
      to[at++] = (byte) ('0' + number / 10 % 10);
    }
    to[at++] = (byte) ('0' + number % 10);
    size = at;
  }

  void insert(int at, byte[] source) {
    ensure(source.length);
    System.arraycopy(array, at, array, at + source.length, size - at);
    System.arraycopy(source, 0, array, at, source.length);
    size += source.length;
  }

  /** Cuts the sequence down to its first bytes. */
  public void truncate(int newSize) {
    size = newSize;
  }

  /**
   * Forgets the bytes, and goes back to the array that was there before the capacity was counted;
   * returns whether it did.
   */
  boolean reset() {
    size = 0;
    boolean isLarge = small != null;
    if (isLarge) {
      limit.release(reserved(array.length));
      array = small;
      small = null;
    }
    return isLarge;
  }

  /** Gives back what is reserved; the sequence must not be used afterwards. */
  public void release() {
    limit.release(reserved(array.length));
    array = EMPTY;
    small = null;
    size = 0;
  }

  String text(int from) {
    return new String(array, from, size - from, UTF_8);
  }

  public byte[] toByteArray(int from) {
    return Arrays.copyOfRange(array, from, size);
  }

  /** Returns where the first line feed is, or -1. */
  public static int indexOfLineFeed(byte[] bytes, int from, int to) {
    int i = from;
    for (; i <= to - Long.BYTES; i += Long.BYTES) {
      long eight = (long) EIGHT.get(bytes, i) ^ LINE_FEEDS;
      // The high bit of each byte that is zero now.
      long zeros = ~((eight & LOW_BITS) + LOW_BITS | eight | LOW_BITS);
      if (zeros != 0) {
        return i + Long.numberOfTrailingZeros(zeros) / Byte.SIZE;
      }
    }
    for (; i < to; i++) {
      if (bytes[i] == '\n') {
        return i;
      }
    }
    return -1;
  }

  private void ensure(int more) {
    if (more > array.length - size) {
      if (more > MAX - size) {
        throw new IllegalStateException(
            size + " bytes and " + more + " more are too many, the limit is " + MAX);
      }
      grow(Math.max(size + more, (int) Math.min(2L * array.length, MAX)));
    }
  }

  private void grow(int capacity) {
    byte[] before = array;
    limit.reserve(reserved(capacity));
    try {
      array = Arrays.copyOf(before, capacity);
    } catch (OutOfMemoryError e) {
      limit.release(reserved(capacity));
      throw e;
    }
    limit.release(reserved(before.length));
    if (before.length <= uncounted && capacity > uncounted) {
      small = before;
    }
  }
}

package dev.echo;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** A growing sequence of bytes, in which replies are put together. */
final class Bytes {

  /** Reads and writes eight bytes of an array at a time, the first in the lowest bits. */
  static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long LINE_FEEDS = 0x0a0a0a0a0a0a0a0aL;
  private static final long LOW_BITS = 0x7f7f7f7f7f7f7f7fL;

  private byte[] array;
  private int size;

  Bytes(int capacity) {
    array = new byte[capacity];
  }

  /** The bytes up to {@link #size()}; another array after the sequence has grown. */
  byte[] array() {
    return array;
  }

  int size() {
    return size;
  }

  int capacity() {
    return array.length;
  }

  void put(int b) {
    ensure(1);
    array[size++] = (byte) b;
  }

  void put(byte[] source) {
    put(source, 0, source.length);
  }

  void put(byte[] source, int from, int to) {
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
  void truncate(int newSize) {
    size = newSize;
  }

  String text(int from) {
    return new String(array, from, size - from, UTF_8);
  }

  byte[] toByteArray(int from) {
    return Arrays.copyOfRange(array, from, size);
  }

  /** Returns where the first line feed is, or -1. */
  static int indexOfLineFeed(byte[] bytes, int from, int to) {
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
      array = Arrays.copyOf(array, Math.max(Math.addExact(size, more), (int)
          Math.min(2L * array.length, MAX)));
    }
  }

  /** The largest array that every JVM can make. */
  private static final int MAX = Integer.MAX_VALUE - 8;
}

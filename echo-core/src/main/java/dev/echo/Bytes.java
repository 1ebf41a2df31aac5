package dev.echo;

import java.util.Arrays;

/** A growing sequence of bytes, in which replies are put together. */
final class Bytes {

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

  byte[] toByteArray(int from) {
    return Arrays.copyOfRange(array, from, size);
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

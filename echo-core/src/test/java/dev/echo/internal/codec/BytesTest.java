package dev.echo.internal.codec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BytesTest {

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 100})
  void growsWithWhatIsPutIn(int capacity) {
    Bytes bytes = new Bytes(capacity);
    assertEquals(capacity, bytes.array().length);
    assertEquals(0, bytes.size());

    bytes.put('a');
    bytes.put(text("bcd"));
    bytes.put(text("xefx"), 1, 3);

    assertEquals("abcdef", text(bytes));
    assertEquals(6, bytes.size());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 9, 10, 99, 100, 101, 999, 1_000, 9_090, 9_999, 10_000, 65_535, 99_999})
  void putsNumbersInDigits(int number) {
    Bytes bytes = new Bytes(1);
    bytes.put('x');

    bytes.putDecimal(number);

    assertEquals("x" + number, text(bytes));
  }

  @Test
  void keepsItsArrayUntilItIsFull() {
    Bytes bytes = new Bytes(3);
    byte[] array = bytes.array();

    bytes.put(text("ab"));
    bytes.put('c');
    assertSame(array, bytes.array());

    bytes.put('d');
    assertEquals(6, bytes.array().length);
    assertEquals("abcd", text(bytes));
  }

  @Test
  void makesRoomForTheRangeThatIsPutInAlone() {
    Bytes bytes = new Bytes(3);
    byte[] array = bytes.array();

    bytes.put(text("0123456789abc"), 10, 13);

    assertSame(array, bytes.array());
    assertEquals("abc", text(bytes));
  }

  @Test
  void growsNoMoreThanNeededWhenMuchIsPutInAtOnce() {
    Bytes bytes = new Bytes(10);
    bytes.put('a');

    bytes.put(new byte[1000]);

    assertEquals(1001, bytes.array().length);
  }

  @Test
  void copiesItselfSeldomWhileItGrows() {
    Bytes bytes = new Bytes(1);
    int copies = 0;
    for (int i = 0; i < 1 << 20; i++) {
      byte[] before = bytes.array();
      bytes.put(i);
      copies += before == bytes.array() ? 0 : 1;
    }

    assertTrue(copies <= 20, copies + " copies");
    assertEquals(1 << 20, bytes.size());
    assertEquals((byte) 12_345, bytes.array()[12_345]);
  }

  @ParameterizedTest
  @CsvSource({"0, 12abcdef", "3, abc12def", "6, abcdef12"})
  void insertsAnywhere(int at, String expected) {
    for (int capacity : new int[] {6, 7, 8, 20}) {
      Bytes bytes = new Bytes(capacity);
      bytes.put(text("abcdef"));

      bytes.insert(at, text("12"));

      assertEquals(expected, text(bytes));
      assertEquals(8, bytes.size());
    }
  }

  @Test
  void isCutDownToItsFirstBytes() {
    Bytes bytes = new Bytes(3);
    bytes.put(text("abcdef"));

    bytes.truncate(2);
    assertEquals("ab", text(bytes));

    bytes.put('x');
    assertEquals("abx", text(bytes));
  }

  @Test
  void copiesWhatFollowsAByte() {
    Bytes bytes = new Bytes(10);
    bytes.put(text("abc"));

    byte[] copy = bytes.toByteArray(1);
    bytes.array()[1] = 'x';

    assertArrayEquals(text("bc"), copy);
    assertEquals(0, bytes.toByteArray(3).length);
  }

  @Test
  void refusesMoreThanAnArrayCanHold() {
    Bytes bytes = new Bytes(10);
    bytes.truncate(Integer.MAX_VALUE - 100); // as if they had been put

    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> bytes.put(new byte[200]));

    assertEquals(
        "2147483547 bytes and 200 more are too many, the limit is 2147483639", e.getMessage());
  }

  private static byte[] text(String text) {
    return Message.of(text).toByteArray();
  }

  private static String text(Bytes bytes) {
    return Message.of(bytes.toByteArray(0)).text();
  }

  @Test
  void findsTheFirstLineFeedWhereverItIsAndNothingLikeIt() {
    byte[] similar = {0x0b, 0x09, (byte) 0x8a, 0x0d, 0x00, (byte) 0xff, 0x4a, 0x2a, 0x1a};
    for (int length = 0; length < 30; length++) {
      byte[] bytes = new byte[length + 4];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = similar[i % similar.length];
      }
      bytes[0] = bytes[1] = bytes[length + 2] = bytes[length + 3] = '\n';
      assertEquals(-1, Bytes.indexOfLineFeed(bytes, 2, length + 2));
      for (int i = length + 1; i >= 2; i--) {
        bytes[i] = '\n';
        assertEquals(i, Bytes.indexOfLineFeed(bytes, 2, length + 2));
      }
    }
  }
}

package dev.echo.probe;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.testing.Seeds;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ProbeMessagesTest {

  private static final int SIZE = 40;

  private final ProbeMessages messages = new ProbeMessages(5, 1024, SIZE, 7);

  private byte[] message(int flow, long number) {
    byte[] bytes = new byte[SIZE];
    messages.put(flow, number, bytes, 0);
    return bytes;
  }

  @Test
  void consistOfUpperCaseLettersAndDigits() {
    String text = new String(message(1023, 36 * 36 + 35), US_ASCII);

    assertEquals("000005" + "SG" + "0000010Z", text.substring(0, ProbeMessages.HEADER));
    assertTrue(text.matches("[A-Z0-9]{40}"), text);
  }

  @Test
  void differInContent() {
    Set<String> contents = new HashSet<>();
    for (int i = 1; i <= 100; i++) {
      contents.add(new String(message(0, i), US_ASCII).substring(ProbeMessages.HEADER));
      contents.add(new String(message(1, i), US_ASCII).substring(ProbeMessages.HEADER));
    }
    assertTrue(contents.size() > 180, contents.size() + " of 200");
  }

  @Test
  void areKnownAgainBehindOtherBytesAndBeforeThem() {
    Seeds.each(20, seed -> {
      Random random = new Random(seed);
      int flow = random.nextInt(1024);
      long number = random.nextLong(ProbeMessages.MAX_NUMBER);
      int from = random.nextInt(10);
      byte[] bytes = new byte[from + SIZE + 10];
      messages.put(flow, number, bytes, from);

      for (int to = from + SIZE; to <= bytes.length; to++) {
        assertEquals(number, messages.number(flow, bytes, from, to));
        assertTrue(messages.isIntact(flow, number, bytes, from, to));
      }
      assertFalse(messages.isIntact(flow, number, bytes, from, from + SIZE - 1));
    });
  }

  @Test
  void aChangeOfAnyBitIsSeen() {
    byte[] bytes = message(3, 9);
    for (int i = 0; i < SIZE * 8; i++) {
      bytes[i / 8] ^= (byte) (1 << i % 8);
      long number = messages.number(3, bytes, 0, SIZE);
      boolean inHeader = i / 8 < ProbeMessages.HEADER;
      boolean isTaken = number == 9 && messages.isIntact(3, number, bytes, 0, SIZE);
      assertFalse(isTaken, "bit " + i);
      assertTrue(inHeader || number == 9, "bit " + i);
      bytes[i / 8] ^= (byte) (1 << i % 8);
    }
  }

  @Test
  void knowWhatIsForeign() {
    byte[] bytes = message(3, 9);

    assertEquals(9, messages.number(3, bytes, 0, SIZE));
    assertEquals(ProbeMessages.FOREIGN, messages.number(4, bytes, 0, SIZE));
    assertEquals(ProbeMessages.FOREIGN, messages.number(3, bytes, 0, ProbeMessages.HEADER - 1));
    assertEquals(ProbeMessages.FOREIGN, messages.number(3, bytes, 1, SIZE));
    assertNotEquals(
        9, new ProbeMessages(6, 1024, SIZE, 7).number(3, bytes, 0, SIZE), "of another run");
    bytes[15] = 'a';
    assertEquals(ProbeMessages.FOREIGN, messages.number(3, bytes, 0, SIZE));
  }
}

package dev.echo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageTest {

  @ParameterizedTest
  @ValueSource(strings = {"", "hello", "héllo", "€", "𝄞", "\0\r\n", "\uFFFD"})
  void holdsTextInUtf8(String text) {
    Message message = Message.of(text);

    assertEquals(text, message.text());
    assertArrayEquals(text.getBytes(UTF_8), message.toByteArray());
    assertEquals(text.getBytes(UTF_8).length, message.size());
    assertEquals(text.isEmpty(), message.isEmpty());
  }

  @Test
  void replacesUnpairedSurrogateByQuestionMark() {
    assertEquals("a?b", Message.of("a\uD834b").text());
  }

  @Test
  void doesNotChangeWithTheArrayItWasMadeOf() {
    byte[] bytes = {1, 2, 3};
    Message message = Message.of(bytes);

    bytes[0] = 9;

    assertArrayEquals(new byte[] {1, 2, 3}, message.toByteArray());
  }

  @Test
  void doesNotChangeWithTheArrayItGaveOut() {
    Message message = Message.of(new byte[] {1, 2, 3});

    message.toByteArray()[0] = 9;

    assertArrayEquals(new byte[] {1, 2, 3}, message.toByteArray());
  }

  @Test
  void copiesTheRemainingBytesOfABufferAndLeavesItsPosition() {
    byte[] bytes = {0, 1, 2, 3, 4};
    ByteBuffer buffer = ByteBuffer.wrap(bytes, 1, 3);

    Message message = Message.of(buffer);
    bytes[1] = 9;

    assertArrayEquals(new byte[] {1, 2, 3}, message.toByteArray());
    assertEquals(1, buffer.position());
    assertEquals(4, buffer.limit());
  }

  @Test
  void takesDirectSlicedAndReadOnlyBuffers() {
    ByteBuffer direct = ByteBuffer.allocateDirect(3).put(new byte[] {1, 2, 3}).flip();
    ByteBuffer slice = ByteBuffer.wrap(new byte[] {0, 1, 2, 3, 4}).slice(1, 3);
    Message expected = Message.of(new byte[] {1, 2, 3});

    assertEquals(expected, Message.of(direct));
    assertEquals(expected, Message.of(slice));
    assertEquals(expected, Message.of(slice.asReadOnlyBuffer()));
  }

  @Test
  void viewsItsBytesInABufferThatCannotBeWritten() {
    Message message = Message.of(new byte[] {1, 2, 3});

    ByteBuffer view = message.asReadOnlyByteBuffer();

    assertTrue(view.isReadOnly());
    assertEquals(ByteBuffer.wrap(new byte[] {1, 2, 3}), view);
    view.get();
    assertEquals(0, message.asReadOnlyByteBuffer().position());
  }

  @Test
  void emptyHasNoBytes() {
    assertEquals(0, Message.empty().size());
    assertTrue(Message.empty().isEmpty());
    assertEquals("", Message.empty().text());
    assertEquals(Message.of(""), Message.empty());
    assertSame(Message.empty(), Message.of(new byte[] {1}, 1, 0));
  }

  @Test
  void equalsAnotherMessageOfTheSameBytesHoweverItWasMade() {
    Message message = Message.of("abc");

    for (Message same : new Message[] {
      message,
      Message.of("abc".getBytes(UTF_8)),
      Message.of(ByteBuffer.wrap("abc".getBytes(UTF_8))),
      Message.of("xabcx".getBytes(UTF_8), 1, 3),
    }) {
      assertEquals(message, same);
      assertEquals(message.hashCode(), same.hashCode());
    }
  }

  @Test
  void differsFromOtherBytesAndOtherObjects() {
    Message message = Message.of("abc");

    assertNotEquals(Message.of("abd"), message);
    assertNotEquals(Message.of("abcd"), message);
    assertNotEquals(Message.empty(), message);
    assertFalse(message.equals((Object) "abc"));
    assertFalse(message.equals(null));
    // A hash that never differs would make every table of messages a list.
    assertNotEquals(Message.of("abd").hashCode(), message.hashCode());
  }

  @Test
  void keepsBytesThatAreNotText() {
    byte[] bytes = {'a', (byte) 0xC3, 'b', (byte) 0xFF};
    Message message = Message.of(bytes);

    assertEquals("a\uFFFDb\uFFFD", message.text());
    assertArrayEquals(bytes, message.toByteArray());
  }

  @Test
  void computesItsTextOnce() {
    Message message = Message.of("hello".getBytes(UTF_8));

    assertSame(message.text(), message.text());
  }

  @Test
  void takesOnlyBytesThatAreThere() {
    byte[] bytes = {1, 2, 3};

    for (int[] range :
        new int[][] {{-1, 1}, {0, -1}, {0, 4}, {3, 1}, {4, 0}, {1, Integer.MAX_VALUE}}) {
      assertThrows(IndexOutOfBoundsException.class, () -> Message.of(bytes, range[0], range[1]));
    }
    assertEquals(Message.empty(), Message.of(bytes, 3, 0));
  }

  @Test
  void copiesItsBytesIntoAnArray() {
    byte[] target = "......".getBytes(UTF_8);

    Message.of("abc").copyTo(target, 2);

    assertEquals("..abc.", new String(target, UTF_8));
    for (int offset : new int[] {-1, 4, 7}) {
      assertThrows(IndexOutOfBoundsException.class, () -> Message.of("abc").copyTo(target, offset));
    }
    assertEquals("..abc.", new String(target, UTF_8));
  }

  @Test
  void describesItsSizeAndText() {
    assertEquals("Message[5 bytes: hello]", Message.of("hello").toString());
    assertEquals("Message[0 bytes: ]", Message.empty().toString());
    assertEquals("Message[3 bytes: €]", Message.of("€").toString());
  }

  @Test
  void describesControlCharactersAsFullStops() {
    assertEquals("Message[6 bytes: a....b]", Message.of("a\r\n\0\u001Bb").toString());
    assertEquals("Message[4 bytes: a..]", Message.of("a\u009B\u007F").toString());
    assertEquals("Message[7 bytes: a..]", Message.of("a\u202E\u2028").toString());
  }

  @Test
  void cutsItsDescriptionAfter64Characters() {
    String fits = "x".repeat(64);

    assertEquals("Message[64 bytes: " + fits + "]", Message.of(fits).toString());
    assertEquals("Message[65 bytes: " + fits + "...]", Message.of(fits + "y").toString());
    String pairs = "\uD83D\uDE00".repeat(64);
    assertEquals("Message[256 bytes: " + pairs + "]", Message.of(pairs).toString());
    assertEquals(
        "Message[257 bytes: x" + pairs.substring(2) + "...]",
        Message.of("x" + pairs).toString());
  }
}

package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import org.junit.jupiter.api.Test;

class ExceptionsTest {

  private static final Endpoint PEER = Endpoint.tcp(51234);

  @Test
  void areIoExceptionsWithTheirMessage() {
    IOException timeout = new EchoTimeoutException("No reply");
    IOException tooLarge = new MessageTooLargeException("Too large", 11, 10);

    assertEquals("No reply", timeout.getMessage());
    assertEquals("Too large", tooLarge.getMessage());
  }

  @Test
  void tellsSizeAndLimit() {
    MessageTooLargeException e = new MessageTooLargeException("Too large", 0xFFFF_FFFFL, 10);

    assertEquals(0xFFFF_FFFFL, e.size());
    assertEquals(10, e.limit());
  }

  @Test
  void namesWhereAMessageThatIsTooLargeCameFromAndBothNumbers() {
    MessageTooLargeException e = MessageTooLargeException.received(PEER, 11, 10);

    assertEquals(
        "Message from tcp://127.0.0.1:51234 has at least 11 bytes, the limit is 10",
        e.getMessage());
    assertEquals(11, e.size());
    assertEquals(10, e.limit());
  }

  @Test
  void namesWhereAMessageThatIsTooLargeWasToGoAndBothNumbers() {
    MessageTooLargeException e = MessageTooLargeException.toSend(PEER, 11, 10);

    assertEquals("Message to tcp://127.0.0.1:51234 has 11 bytes, the limit is 10", e.getMessage());
    assertEquals(11, e.size());
    assertEquals(10, e.limit());
  }

  @Test
  void keepSizeAndLimitWhenSerialized() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(new MessageTooLargeException("Too large", 11, 10));
    }

    Object read;
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      read = in.readObject();
    }

    MessageTooLargeException e = assertInstanceOf(MessageTooLargeException.class, read);
    assertEquals("Too large", e.getMessage());
    assertEquals(11, e.size());
    assertEquals(10, e.limit());
  }
}

package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.echo.internal.IoErrors;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ExceptionsTest {

  private static final Endpoint PEER = Endpoint.tcp(51234);

  @Test
  void namesWhereAMessageThatIsTooLargeCameFromAndBothNumbers() {
    MessageTooLargeException e = IoErrors.tooLarge(PEER, 11, 10);

    assertEquals(
        "Message from tcp://127.0.0.1:51234 has at least 11 bytes, the limit is 10",
        e.getMessage());
    assertEquals(11, e.size());
    assertEquals(10, e.limit());
  }

  @Test
  void namesWhereAMessageThatIsTooLargeWasToGoAndBothNumbers() {
    MessageTooLargeException e = IoErrors.tooLargeToSend(PEER, 11, 10);

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

  static Stream<Arguments> failuresOfFiles() {
    return Stream.of(
        Arguments.of(new NoSuchFileException("/a"), "no such file or directory"),
        Arguments.of(new AccessDeniedException("/a"), "permission denied"),
        Arguments.of(new FileAlreadyExistsException("/a"), "exists already"),
        Arguments.of(new NotDirectoryException("/a"), "is no directory"),
        Arguments.of(new FileSystemException("/a", null, "Read-only"), "Read-only"),
        Arguments.of(new DirectoryNotEmptyException("/a"), "DirectoryNotEmptyException"));
  }

  @ParameterizedTest
  @MethodSource("failuresOfFiles")
  void saysInWordsWhatFailsWithAFile(FileSystemException failure, String reason) {
    IOException named = IoErrors.named("Close", Endpoint.unix(Path.of("/b")), failure);

    assertEquals("Close unix:/b: /a: " + reason, named.getMessage());
    assertSame(failure, named.getCause());
  }
}

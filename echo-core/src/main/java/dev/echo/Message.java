package dev.echo;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;

/**
 * One message: an immutable sequence of bytes, often text in UTF-8.
 *
 * <p>A message is what a peer sent, without the framing that carried it. Two messages are equal
 * when their bytes are equal.
 *
 * <pre>{@code
 * Message message = Message.of("héllo");
 * message.size();                      // 6, in bytes
 * message.text();                      // "héllo"
 * message.equals(Message.of("héllo")); // true
 * }</pre>
 *
 * <p><b>Thread safety:</b> immutable, may be shared freely.
 *
 * @since 0.1.0
 */
public final class Message {

  private static final int SHOWN_CHARACTERS = 64;
  private static final int MAX_SHOWN_BYTES = 4 * SHOWN_CHARACTERS;
  private static final Message EMPTY = new Message(new byte[0]);

  private final byte[] bytes;
  private String text;

  private Message(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Creates a message from a text, encoded in UTF-8.
   *
   * @param text the text; an unpaired surrogate in it becomes a question mark
   * @return the message
   */
  public static Message of(String text) {
    return new Message(Objects.requireNonNull(text, "text").getBytes(UTF_8));
  }

  /**
   * Creates a message from a copy of the given bytes.
   *
   * @param bytes the bytes, which may be changed afterwards without changing the message
   * @return the message
   */
  public static Message of(byte[] bytes) {
    return new Message(Objects.requireNonNull(bytes, "bytes").clone());
  }

  /**
   * Creates a message from a copy of some of the given bytes.
   *
   * @param bytes an array that has them
   * @param offset where they begin, 0 or more
   * @param length how many they are, 0 or more
   * @return the message
   * @throws IndexOutOfBoundsException if the array ends before they do, or a number is negative
   */
  public static Message of(byte[] bytes, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, Objects.requireNonNull(bytes, "bytes").length);
    return length == 0 ? EMPTY : new Message(Arrays.copyOfRange(bytes, offset, offset + length));
  }

  /**
   * Creates a message from a copy of a buffer's remaining bytes; its position does not move.
   *
   * @param bytes the buffer
   * @return the message
   */
  public static Message of(ByteBuffer bytes) {
    byte[] copy = new byte[Objects.requireNonNull(bytes, "bytes").remaining()];
    bytes.get(bytes.position(), copy);
    return new Message(copy);
  }

  /**
   * Returns the message of no bytes.
   *
   * @return the message of no bytes
   */
  public static Message empty() {
    return EMPTY;
  }

  /**
   * Decodes the bytes as UTF-8. The text is computed once and kept.
   *
   * @return the text, with U+FFFD in place of each malformed sequence
   */
  public String text() {
    String known = text;
    if (known == null) {
      known = new String(bytes, UTF_8);
      text = known;
    }
    return known;
  }

  /**
   * Copies the bytes.
   *
   * @return a new array with the bytes of this message
   */
  public byte[] toByteArray() {
    return bytes.clone();
  }

  /**
   * Copies the bytes into an array that exists already.
   *
   * @param target where to copy them
   * @param offset where the first one goes
   * @throws IndexOutOfBoundsException if the array has no room for all of them there, or {@code
   *     offset} is negative; nothing is copied
   */
  public void copyTo(byte[] target, int offset) {
    System.arraycopy(bytes, 0, Objects.requireNonNull(target, "target"), offset, bytes.length);
  }

  /**
   * Returns a view of the bytes, without a copy.
   *
   * @return a new read-only buffer, positioned at the first byte
   */
  public ByteBuffer asReadOnlyByteBuffer() {
    return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
  }

  /**
   * Returns the number of bytes.
   *
   * @return the number of bytes, 0 or more
   */
  public int size() {
    return bytes.length;
  }

  /**
   * Returns whether this message has no bytes.
   *
   * @return whether {@link #size()} is 0
   */
  public boolean isEmpty() {
    return bytes.length == 0;
  }

  /**
   * Compares the bytes of two messages.
   *
   * @param other any object
   * @return whether {@code other} is a message of the same bytes
   */
  @Override
  public boolean equals(Object other) {
    return other instanceof Message message && Arrays.equals(bytes, message.bytes);
  }

  /**
   * Returns a hash of the bytes.
   *
   * @return a hash of the bytes
   */
  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /**
   * Describes the message for a person: its size and the beginning of its text. A text of more than
   * 64 characters is cut, and characters that control a terminal or the direction of a text are
   * shown as full stops.
   *
   * @return for example {@code Message[5 bytes: hello]}
   */
  @Override
  public String toString() {
    String shown = new String(bytes, 0, Math.min(bytes.length, MAX_SHOWN_BYTES), UTF_8);
    shown = shown.replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]", ".");
    boolean isLong = shown.codePointCount(0, shown.length()) > SHOWN_CHARACTERS;
    if (isLong) {
      shown = shown.substring(0, shown.offsetByCodePoints(0, SHOWN_CHARACTERS));
    }
    if (isLong || bytes.length > MAX_SHOWN_BYTES) {
      shown += "...";
    }
    return "Message[" + bytes.length + " bytes: " + shown + "]";
  }
}

package dev.echo.internal.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.echo.Message;
import dev.echo.Peer;
import dev.echo.QuitPredicate;
import java.util.Arrays;

/**
 * A built-in quit predicate: it looks at the bytes where they were read, before there is a message.
 */
public abstract class BytePredicate implements QuitPredicate {

  public static final BytePredicate NEVER = new Never();

  public abstract boolean test(byte[] bytes, int from, int to);

  private static final class Never extends BytePredicate {
    @Override
    public boolean test(byte[] bytes, int from, int to) {
      return false;
    }

    @Override
    public boolean test(Message message, Peer peer) {
      return false;
    }
  }

  public static final class TextEquals extends BytePredicate {
    private final Message text;
    private final byte[] bytes;

    public TextEquals(Message text) {
      this.text = text;
      this.bytes = text.toByteArray();
    }

    @Override
    public boolean test(byte[] from, int start, int end) {
      return Arrays.equals(from, start, end, bytes, 0, bytes.length);
    }

    @Override
    public boolean test(Message message, Peer peer) {
      return message.equals(text);
    }
  }

  public static final class TextEqualsIgnoreCase extends BytePredicate {
    private static final int MAX_BYTES_PER_CHAR = 3;

    private final String text;

    public TextEqualsIgnoreCase(String text) {
      this.text = text;
    }

    @Override
    public boolean test(byte[] bytes, int from, int to) {
      return mayHaveSize(to - from)
          && new String(bytes, from, to - from, UTF_8).equalsIgnoreCase(text);
    }

    @Override
    public boolean test(Message message, Peer peer) {
      return mayHaveSize(message.size()) && message.text().equalsIgnoreCase(text);
    }

    /** Texts that are equal but for case have as many chars: most messages need no decoding. */
    private boolean mayHaveSize(int bytes) {
      return bytes >= text.length() && bytes <= MAX_BYTES_PER_CHAR * text.length();
    }
  }
}

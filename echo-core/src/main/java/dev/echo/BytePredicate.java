package dev.echo;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/** A built-in quit predicate: it looks at the bytes where they were read, before there is a message. */
class BytePredicate implements QuitPredicate {

  static final BytePredicate NEVER = new BytePredicate();

  /** Matches nothing, unless it is overridden. */
  boolean test(byte[] bytes, int from, int to) {
    return false;
  }

  @Override
  public final boolean test(Message message, Endpoint sender) {
    return test(message.bytes(), 0, message.size());
  }

  static final class TextEquals extends BytePredicate {
    private final byte[] text;

    TextEquals(byte[] text) {
      this.text = text;
    }

    @Override
    boolean test(byte[] bytes, int from, int to) {
      return Arrays.equals(bytes, from, to, text, 0, text.length);
    }
  }

  static final class TextEqualsIgnoreCase extends BytePredicate {
    private static final int MAX_BYTES_PER_CHAR = 3;

    private final String text;

    TextEqualsIgnoreCase(String text) {
      this.text = text;
    }

    @Override
    boolean test(byte[] bytes, int from, int to) {
      // Texts that are equal but for case have the same number of chars: most messages need no
      // decoding.
      int size = to - from;
      return size >= text.length()
          && size <= MAX_BYTES_PER_CHAR * text.length()
          && new String(bytes, from, size, UTF_8).equalsIgnoreCase(text);
    }
  }
}

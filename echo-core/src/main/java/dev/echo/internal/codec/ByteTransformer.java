package dev.echo.internal.codec;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.echo.Message;
import dev.echo.MessageTransformer;
import dev.echo.Peer;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * A built-in transformer: it changes the bytes where the reply is being put together, so that a
 * chain of them makes no message in between.
 */
public abstract class ByteTransformer implements MessageTransformer {

  public static final ByteTransformer IDENTITY = new Identity();
  public static final ByteTransformer UPPER_CASE = new UpperCase();
  public static final ByteTransformer APPEND_SENDER_PORT = new AppendSenderPort();

  /** Changes the bytes from {@code start} to the end of {@code reply}. */
  public abstract void apply(Bytes reply, int start, Peer peer);

  /** Whether a reply can have a line feed that its message had not. */
  public boolean addsLineFeed() {
    return false;
  }

  @Override
  public Message transform(Message message, Peer peer) {
    Bytes reply = new Bytes(message.size() + 32);
    reply.put(message);
    apply(reply, 0, peer);
    return Message.of(reply.array(), 0, reply.size());
  }

  @Override
  public MessageTransformer andThen(MessageTransformer next) {
    return next instanceof ByteTransformer bytes
        ? new Chain(this, bytes)
        : MessageTransformer.super.andThen(next);
  }

  private static boolean hasLineFeed(byte[] bytes) {
    return Bytes.indexOfLineFeed(bytes, 0, bytes.length) >= 0;
  }

  private static final class Identity extends ByteTransformer {
    @Override
    public void apply(Bytes reply, int start, Peer peer) {
      // The reply is the message already.
    }

    @Override
    public Message transform(Message message, Peer peer) {
      return Objects.requireNonNull(message, "message");
    }
  }

  private static final class Chain extends ByteTransformer {
    private final ByteTransformer first;
    private final ByteTransformer second;

    Chain(ByteTransformer first, ByteTransformer second) {
      this.first = first;
      this.second = second;
    }

    @Override
    public void apply(Bytes reply, int start, Peer peer) {
      first.apply(reply, start, peer);
      second.apply(reply, start, peer);
    }

    @Override
    public boolean addsLineFeed() {
      return first.addsLineFeed() || second.addsLineFeed();
    }
  }

  public static final class Prefix extends ByteTransformer {
    private final byte[] prefix;

    public Prefix(String prefix) {
      this.prefix = Objects.requireNonNull(prefix, "text").getBytes(UTF_8);
    }

    @Override
    public void apply(Bytes reply, int start, Peer peer) {
      reply.insert(start, prefix);
    }

    @Override
    public boolean addsLineFeed() {
      return hasLineFeed(prefix);
    }
  }

  public static final class Suffix extends ByteTransformer {
    private final byte[] suffix;

    public Suffix(String suffix) {
      this.suffix = Objects.requireNonNull(suffix, "text").getBytes(UTF_8);
    }

    @Override
    public void apply(Bytes reply, int start, Peer peer) {
      reply.put(suffix);
    }

    @Override
    public boolean addsLineFeed() {
      return hasLineFeed(suffix);
    }
  }

  public static final class Text extends ByteTransformer {
    private final UnaryOperator<String> function;

    public Text(UnaryOperator<String> function) {
      this.function = function;
    }

    @Override
    public void apply(Bytes reply, int start, Peer peer) {
      String text = reply.text(start);
      // Only malformed input or U+FFFD itself decodes to U+FFFD, and only the latter encodes back.
      if (text.indexOf('\uFFFD') < 0
          || Arrays.equals(text.getBytes(UTF_8), reply.toByteArray(start))) {
        String changed = function.apply(text);
        reply.truncate(start);
        reply.put(
            Objects.requireNonNull(changed, "A text function returned null").getBytes(UTF_8));
      }
    }

    @Override
    public boolean addsLineFeed() {
      return true;
    }
  }

  private static final class AppendSenderPort extends ByteTransformer {
    private static final byte[] BEFORE = " (from port ".getBytes(US_ASCII);

    @Override
    public void apply(Bytes reply, int start, Peer peer) {
      int port = peer.endpoint().port();
      if (port < 0) {
        return;
      }
      reply.put(BEFORE);
      reply.putDecimal(port);
      reply.put(')');
    }
  }

  private static final class UpperCase extends ByteTransformer {

    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x80 * ONES;

    @Override
    public void apply(Bytes reply, int start, Peer peer) {
      byte[] bytes = reply.array();
      int end = reply.size();
      int lastEight = end - Long.BYTES;
      int i = start;
      while (i <= lastEight && applyToEight(bytes, i)) {
        i += Long.BYTES;
      }
      if (i > lastEight && lastEight >= start && applyToEight(bytes, lastEight)) {
        return; // the rest was changed together with some that had been before
      }
      for (; i < end; i++) {
        byte b = bytes[i];
        if (b < 0) {
          applyBeyondAscii(reply, i);
          return;
        }
        if (b >= 'a' && b <= 'z') {
          bytes[i] = (byte) (b - ('a' - 'A'));
        }
      }
    }

    /** Returns whether they were ASCII; if not, they are as before. */
    private static boolean applyToEight(byte[] bytes, int from) {
      long eight = (long) Bytes.EIGHT.get(bytes, from);
      if ((eight & HIGH_BITS) != 0) {
        return false;
      }
      // Adding sets the high bit of each byte from 'a' on, or of each behind 'z'.
      long lowerCase = eight + (0x80 - 'a') * ONES & ~(eight + (0x7f - 'z') * ONES) & HIGH_BITS;
      Bytes.EIGHT.set(bytes, from, eight ^ lowerCase >>> 2);
      return true;
    }

    /** Upper-cases what is valid UTF-8 as text, which may change its length, and keeps the rest. */
    private static void applyBeyondAscii(Bytes reply, int start) {
      ByteBuffer in = ByteBuffer.wrap(reply.toByteArray(start));
      CharBuffer text = CharBuffer.allocate(in.remaining());
      CharsetDecoder decoder = UTF_8.newDecoder();
      reply.truncate(start);
      CoderResult result;
      do {
        result = decoder.decode(in, text, true);
        reply.put(text.flip().toString().toUpperCase(Locale.ROOT).getBytes(UTF_8));
        text.clear();
        for (int i = 0; result.isMalformed() && i < result.length(); i++) {
          reply.put(in.get());
        }
      } while (result.isMalformed());
    }
  }
}

package dev.echo.internal.server;

import dev.echo.Endpoint;
import dev.echo.Exchange;
import dev.echo.Framing;
import dev.echo.Message;
import dev.echo.MessageTransformer;
import dev.echo.QuitPredicate;
import dev.echo.internal.BufferLimit;
import dev.echo.internal.codec.BytePredicate;
import dev.echo.internal.codec.ByteTransformer;
import dev.echo.internal.codec.Bytes;
import dev.echo.internal.codec.FrameEncoder;
import dev.echo.internal.codec.LineEnding;

/**
 * Makes the reply to a message: quit predicate, transformer, encoding, count, listener.
 *
 * <p>Built-in transformers and predicates work on bytes; when there is nothing else, a {@link Message}
 * is made only for a listener.
 */
final class Responder {

  enum Outcome {
    REPLIED,
    QUIT,
    FAILED
  }

  private final QuitPredicate quitPredicate;
  private final MessageTransformer transformer;
  private final Framing framing;
  private final boolean lineFeedForges;
  private final boolean bytesSuffice;
  private final boolean bytesAddLineFeed;
  private final ServerEvents events;

  /**
   * @param lineFeedForges whether a line feed in a reply would be taken for the end of a message
   */
  Responder(ServerConfig config, Framing framing, boolean lineFeedForges, ServerEvents events) {
    this.quitPredicate = config.quitPredicate;
    this.transformer = config.transformer;
    this.framing = framing;
    this.lineFeedForges = lineFeedForges;
    this.bytesSuffice =
        transformer instanceof ByteTransformer && quitPredicate instanceof BytePredicate;
    this.bytesAddLineFeed = transformer instanceof ByteTransformer bytes && bytes.addsLineFeed();
    this.events = events;
  }

  /**
   * Appends the framed reply, or nothing if user code fails; that is reported here.
   *
   * @throws BufferLimit.Exceeded if there is no room for the reply; nothing is appended
   */
  Outcome respond(
      byte[] bytes, int from, int to, LineEnding ending, Endpoint sender, Replies replies) {
    Bytes out = replies.bytes();
    int frame = out.size();
    try {
      return bytesSuffice
          ? respondInBytes(bytes, from, to, ending, sender, replies)
          : respondToMessage(Message.of(bytes, from, to - from), ending, sender, replies);
    } catch (BufferLimit.Exceeded e) { // which user code has no part in
      out.truncate(frame);
      throw e;
    } catch (Throwable e) { // an Error of user code must not end the server either
      out.truncate(frame);
      events.userCodeFailed(sender, e);
      return Outcome.FAILED;
    }
  }

  private Outcome respondInBytes(
      byte[] bytes, int from, int to, LineEnding ending, Endpoint sender, Replies replies) {
    boolean quit = ((BytePredicate) quitPredicate).test(bytes, from, to);
    Bytes out = replies.bytes();
    int start = FrameEncoder.begin(framing, out);
    out.put(bytes, from, to);
    if (!quit) {
      ((ByteTransformer) transformer).apply(out, start, sender);
      if (bytesAddLineFeed) {
        checkLineFeeds(out.array(), start, out.size());
      }
    }
    int end = out.size();
    FrameEncoder.end(framing, out, start, ending);
    replies.count(to - from, end - start);
    if (events.wantsExchanges()) {
      Message received = Message.of(bytes, from, to - from);
      boolean same = quit || transformer == ByteTransformer.IDENTITY;
      Message reply = same ? received : Message.of(out.array(), start, end - start);
      tell(replies, new Exchange(sender, received, reply, quit));
    }
    return quit ? Outcome.QUIT : Outcome.REPLIED;
  }

  private Outcome respondToMessage(
      Message received, LineEnding ending, Endpoint sender, Replies replies) {
    boolean quit = quitPredicate.test(received, sender);
    Message reply = quit ? received : transformer.transform(received, sender);
    if (reply == null) {
      throw new NullPointerException("Transformer " + transformer + " returned null");
    }
    Bytes out = replies.bytes();
    int start = FrameEncoder.begin(framing, out);
    out.put(reply);
    if (reply != received) {
      checkLineFeeds(out.array(), start, out.size());
    }
    FrameEncoder.end(framing, out, start, ending);
    replies.count(received.size(), reply.size());
    if (events.wantsExchanges()) {
      tell(replies, new Exchange(sender, received, reply, quit));
    }
    return quit ? Outcome.QUIT : Outcome.REPLIED;
  }

  /** Whoever hears of an exchange finds it counted. */
  private void tell(Replies replies, Exchange exchange) {
    replies.publishTo(events);
    events.echoed(exchange);
  }

  private void checkLineFeeds(byte[] bytes, int from, int to) {
    int lineFeed = lineFeedForges ? Bytes.indexOfLineFeed(bytes, from, to) : -1;
    if (lineFeed >= 0) {
      throw new IllegalArgumentException("Transformer "
          + transformer
          + " returned a line feed at byte "
          + (lineFeed - from)
          + ", which under LINES would end the reply");
    }
  }
}

package dev.echo.internal.server;

import dev.echo.Exchange;
import dev.echo.Framing;
import dev.echo.Message;
import dev.echo.MessageTransformer;
import dev.echo.Peer;
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
 * <p>Built-in transformers and predicates work on bytes; when there is nothing else, a
 * {@link Message} is made only for a listener.
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

  /** Whether a line feed in a reply would be taken for the end of a message. */
  private final boolean rejectsLineFeeds;

  private final boolean usesBytes;
  private final boolean addsLineFeeds;
  private final ServerEvents events;

  /** Null if no reply has a fault. */
  private final FaultInjector faults;

  private final boolean wantsExchanges;

  /**
   * @param isDatagram whether the datagram is the frame, in which a line feed forges nothing
   */
  Responder(ServerConfig config, Framing framing, boolean isDatagram, ServerEvents events) {
    this.quitPredicate = config.quitPredicate;
    this.transformer = config.transformer;
    this.framing = framing;
    this.rejectsLineFeeds = framing == Framing.LINES && !isDatagram;
    this.usesBytes =
        transformer instanceof ByteTransformer && quitPredicate instanceof BytePredicate;
    this.addsLineFeeds = transformer instanceof ByteTransformer bytes && bytes.addsLineFeed();
    this.events = events;
    this.faults = config.faults == null
        ? null
        : new FaultInjector(config.faults, framing, isDatagram, events);
    this.wantsExchanges = events.wantsExchanges() || faults != null;
  }

  /**
   * Appends the framed reply, or nothing if user code fails; that is reported here.
   *
   * @throws BufferLimit.Exceeded if there is no room for the reply; nothing is appended
   */
  Outcome respond(
      byte[] bytes, int from, int to, LineEnding ending, Peer peer, long number, Replies replies) {
    Bytes out = replies.bytes();
    int frame = out.size();
    try {
      return usesBytes
          ? respondInBytes(bytes, from, to, ending, peer, number, replies)
          : respondToMessage(Message.of(bytes, from, to - from), ending, peer, number, replies);
    } catch (BufferLimit.Exceeded e) { // which user code has no part in
      out.truncate(frame);
      throw e;
    } catch (Throwable e) { // an Error of user code must not end the server either
      out.truncate(frame);
      events.messageFailed(peer, e);
      return Outcome.FAILED;
    }
  }

  private Outcome respondInBytes(
      byte[] bytes, int from, int to, LineEnding ending, Peer peer, long number, Replies replies) {
    boolean quit = ((BytePredicate) quitPredicate).test(bytes, from, to);
    Bytes out = replies.bytes();
    int start = FrameEncoder.begin(framing, out);
    out.put(bytes, from, to);
    if (!quit) {
      ((ByteTransformer) transformer).apply(out, start, peer);
      if (addsLineFeeds) {
        checkLineFeeds(out.array(), start, out.size());
      }
    }
    int end = out.size();
    FrameEncoder.end(framing, out, start, ending);
    replies.count(to - from, end - start);
    if (wantsExchanges) {
      Message received = Message.of(bytes, from, to - from);
      boolean same = quit || transformer == ByteTransformer.IDENTITY;
      Message reply = same ? received : Message.of(out.array(), start, end - start);
      tell(replies, new Exchange(peer, number, received, reply, quit), start, ending);
    }
    return quit ? Outcome.QUIT : Outcome.REPLIED;
  }

  private Outcome respondToMessage(
      Message received, LineEnding ending, Peer peer, long number, Replies replies) {
    boolean quit = quitPredicate.test(received, peer);
    Message reply = quit ? received : transformer.transform(received, peer);
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
    if (wantsExchanges) {
      tell(replies, new Exchange(peer, number, received, reply, quit), start, ending);
    }
    return quit ? Outcome.QUIT : Outcome.REPLIED;
  }

  /** Returns what happens to a connection that was just opened, or null. */
  FaultEffect faultOnOpen(Peer peer) {
    return faults.onOpen(peer);
  }

  /** Whoever hears of an exchange finds it counted. */
  private void tell(Replies replies, Exchange exchange, int start, LineEnding ending) {
    replies.publishTo(events);
    events.echoed(exchange);
    if (faults != null && !exchange.quit()) {
      faults.inject(exchange, replies, start, ending);
    }
  }

  private void checkLineFeeds(byte[] bytes, int from, int to) {
    int lineFeed = rejectsLineFeeds ? Bytes.indexOfLineFeed(bytes, from, to) : -1;
    if (lineFeed >= 0) {
      throw new IllegalArgumentException("Transformer "
          + transformer
          + " returned a line feed at byte "
          + (lineFeed - from)
          + ", which under LINES would end the reply");
    }
  }
}

package dev.echo.internal.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.ArgumentMatchers.same;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.verifyNoMoreInteractions;
import static org.mockito.Mockito.when;

import dev.echo.EchoListener;
import dev.echo.EchoStats;
import dev.echo.Endpoint;
import dev.echo.Exchange;
import dev.echo.Framing;
import dev.echo.Message;
import dev.echo.MessageTransformer;
import dev.echo.Peer;
import dev.echo.QuitPredicate;
import dev.echo.internal.BufferLimit;
import dev.echo.internal.codec.LineEnding;
import dev.echo.testing.NoLeaks;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.ArgumentCaptor;
import org.mockito.InOrder;
import org.mockito.Mock;
import org.mockito.junit.jupiter.MockitoExtension;

/** What happens to a message between the decoder and the write. */
@ExtendWith(MockitoExtension.class)
class ResponderTest {

  private static final Peer SENDER = Peer.of(Endpoint.tcp(51234));
  private static final String MESSAGE_FAILED =
      "A message from " + SENDER.endpoint() + " failed; more such are logged at DEBUG";
  private static final String LISTENER_FAILED =
      "A listener of " + SENDER.endpoint() + " failed; its further failures are not logged";
  private static final Message HELLO = Message.of("hello");
  private static final Message REPLY = Message.of("good day");

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @Mock
  private QuitPredicate predicate;

  @Mock
  private MessageTransformer transformer;

  @Mock
  private EchoListener listener;

  private final Replies replies = new Replies(16, BufferLimit.NONE);
  private ServerEvents events;

  @BeforeEach
  void listen() {
    events = new ServerEvents(SENDER.endpoint(), listener, () -> {});
  }

  @Test
  void callsEachObjectOncePerMessageAndInOrder() {
    when(transformer.transform(HELLO, SENDER)).thenReturn(REPLY);

    Responder.Outcome outcome = respond(Framing.LINES, "hello");

    assertEquals(Responder.Outcome.REPLIED, outcome);
    assertEquals("good day\n", written());
    InOrder order = inOrder(predicate, transformer, listener);
    order.verify(predicate).test(HELLO, SENDER);
    order.verify(transformer).transform(HELLO, SENDER);
    order.verify(listener).onEcho(new Exchange(SENDER, 1, HELLO, REPLY, false));
    // Above all none of the default methods, which a mock would not answer.
    verifyNoMoreInteractions(predicate, transformer, listener);
  }

  @Test
  void callsEachObjectOnceForEachOfSeveralMessages() {
    when(transformer.transform(any(), same(SENDER))).thenReturn(REPLY);

    respond(Framing.LINES, "a");
    respond(Framing.LINES, "b");
    respond(Framing.LINES, "c");

    assertEquals("good day\ngood day\ngood day\n", written());
    InOrder order = inOrder(predicate, transformer, listener);
    for (String text : new String[] {"a", "b", "c"}) {
      Message message = Message.of(text);
      order.verify(predicate).test(message, SENDER);
      order.verify(transformer).transform(message, SENDER);
      order.verify(listener).onEcho(new Exchange(SENDER, 1, message, REPLY, false));
    }
    verifyNoMoreInteractions(predicate, transformer, listener);
  }

  @Test
  void answersAQuitMessageUnmodified() {
    when(predicate.test(HELLO, SENDER)).thenReturn(true);

    Responder.Outcome outcome = respond(Framing.LINES, "hello");

    assertEquals(Responder.Outcome.QUIT, outcome);
    assertEquals("hello\n", written());
    verifyNoInteractions(transformer);
    verify(listener).onEcho(new Exchange(SENDER, 1, HELLO, HELLO, true));
    verifyNoMoreInteractions(predicate, listener);
  }

  @Test
  void givesTheSameMessageToAll() {
    when(transformer.transform(any(), any())).thenAnswer(call -> call.getArgument(0));

    respond(Framing.RAW, "hello");

    ArgumentCaptor<Message> tested = ArgumentCaptor.captor();
    ArgumentCaptor<Message> transformed = ArgumentCaptor.captor();
    ArgumentCaptor<Exchange> exchange = ArgumentCaptor.captor();
    verify(predicate).test(tested.capture(), same(SENDER));
    verify(transformer).transform(transformed.capture(), same(SENDER));
    verify(listener).onEcho(exchange.capture());
    assertSame(tested.getValue(), transformed.getValue());
    assertSame(tested.getValue(), exchange.getValue().received());
    assertSame(tested.getValue(), exchange.getValue().reply());
  }

  @ParameterizedTest
  @EnumSource
  void countsBeforeTheListenerIsToldAndEncodesBeforeThat(Framing framing) {
    when(transformer.transform(HELLO, SENDER)).thenReturn(REPLY);
    Message[] seen = new Message[1];
    doAnswer(call -> {
          EchoStats stats = events.snapshot();
          assertEquals(1, stats.messages());
          assertEquals(HELLO.size(), stats.bytesIn());
          assertEquals(REPLY.size(), stats.bytesOut());
          seen[0] = Message.of(replies.view());
          return null;
        })
        .when(listener)
        .onEcho(any());

    respond(framing, "hello");

    assertEquals(Message.of(replies.view()), seen[0]);
    assertTrue(seen[0].text().contains("good day"));
  }

  @Test
  void countsEachMessageOnce() {
    when(transformer.transform(any(), any())).thenReturn(REPLY);

    respond(Framing.LENGTH_PREFIXED, "hello");
    respond(Framing.LENGTH_PREFIXED, "");
    replies.publishTo(events);

    assertStats(2, 5, 2 * REPLY.size(), 0);
  }

  @ParameterizedTest
  @MethodSource("failures")
  void containsWhatATransformerThrows(Throwable failure) {
    when(transformer.transform(HELLO, SENDER)).thenAnswer(call -> throwAny(failure));

    assertFails(failure);

    verify(predicate, times(2)).test(HELLO, SENDER);
    verify(transformer, times(2)).transform(HELLO, SENDER);
  }

  @ParameterizedTest
  @MethodSource("failures")
  void containsWhatAPredicateThrows(Throwable failure) {
    when(predicate.test(HELLO, SENDER)).thenAnswer(call -> throwAny(failure));

    assertFails(failure);

    verifyNoInteractions(transformer);
  }

  static Stream<Throwable> failures() {
    return Stream.of(
        new IllegalStateException("test"),
        new Exception("checked"),
        new StackOverflowError("test"),
        new OutOfMemoryError("test"),
        new AssertionError("test"),
        new Error("test"));
  }

  /** Responds to "hello" twice, after another message whose reply must stay. */
  private void assertFails(Throwable failure) {
    replies.bytes().put("earlier\n".getBytes(UTF_8));

    for (int i = 1; i <= 2; i++) {
      assertEquals(Responder.Outcome.FAILED, respond(Framing.LENGTH_PREFIXED, "hello"));
      assertEquals("earlier\n", written());
      verify(listener, times(i)).onError(SENDER, failure);
      assertStats(0, 0, 0, i);
    }
    verify(listener, never()).onEcho(any());
    assertWarnings(MESSAGE_FAILED);
  }

  @ParameterizedTest
  @MethodSource("failures")
  void goesOnWhenAListenerThrows(Throwable failure) {
    when(transformer.transform(HELLO, SENDER)).thenReturn(REPLY);
    doAnswer(call -> throwAny(failure)).when(listener).onEcho(any());

    assertEquals(Responder.Outcome.REPLIED, respond(Framing.LINES, "hello"));
    assertEquals(Responder.Outcome.REPLIED, respond(Framing.LINES, "hello"));

    assertEquals("good day\ngood day\n", written());
    assertStats(2, 10, 16, 0);
    verify(listener, times(2)).onEcho(any());
    verifyNoMoreInteractions(listener);
    assertWarnings(LISTENER_FAILED);
  }

  @Test
  void goesOnWhenAListenerThrowsAtAnError() {
    when(transformer.transform(HELLO, SENDER)).thenThrow(new IllegalStateException("test"));
    doThrow(new IllegalStateException("of the listener")).when(listener).onError(any(), any());

    assertEquals(Responder.Outcome.FAILED, respond(Framing.LINES, "hello"));

    assertStats(0, 0, 0, 1);
    assertWarnings(MESSAGE_FAILED, LISTENER_FAILED);
  }

  @Test
  void namesTheTransformerThatReturnedNull() {
    when(transformer.transform(HELLO, SENDER)).thenReturn(null);

    assertEquals(Responder.Outcome.FAILED, respond(Framing.LINES, "hello"));

    assertEquals("", written());
    Throwable error = reportedError();
    assertEquals(NullPointerException.class, error.getClass());
    assertEquals("Transformer " + transformer + " returned null", error.getMessage());
    assertStats(0, 0, 0, 1);
    assertWarnings(MESSAGE_FAILED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "ab\n", "\nab", "a\r\nb"})
  void refusesALineFeedInALine(String reply) {
    when(transformer.transform(HELLO, SENDER)).thenReturn(Message.of(reply));

    assertEquals(Responder.Outcome.FAILED, respond(Framing.LINES, "hello"));

    assertEquals("", written());
    Throwable error = reportedError();
    assertEquals(IllegalArgumentException.class, error.getClass());
    assertEquals(
        "Transformer " + transformer + " returned a line feed at byte " + reply.indexOf('\n')
            + ", which under LINES would end the reply",
        error.getMessage());
    assertWarnings(MESSAGE_FAILED);
  }

  @Test
  void refusesALineFeedOfABuiltInTransformerToo() {
    MessageTransformer suffix = MessageTransformer.suffix("!\n");
    replies.bytes().put('x');

    for (ServerEvents some : new ServerEvents[] {silent(), events}) {
      Responder responder = responder(Framing.LINES, true, QuitPredicate.never(), suffix, some);
      assertEquals(Responder.Outcome.FAILED, respond(responder, "hello", LineEnding.LF));
      assertEquals(1, some.snapshot().errors());
    }

    assertEquals("x", written());
    assertEquals(
        "Transformer " + suffix + " returned a line feed at byte 6, which under LINES would end"
            + " the reply",
        reportedError().getMessage());
    assertWarnings(MESSAGE_FAILED, MESSAGE_FAILED);
  }

  @Test
  void letsLineFeedsPassWhereTheyForgeNothing() {
    when(transformer.transform(HELLO, SENDER)).thenReturn(Message.of("a\nb"));

    // Over UDP the datagram is the frame, under LINES too.
    Responder responder = responder(Framing.LINES, false, predicate, transformer, events);
    assertEquals(Responder.Outcome.REPLIED, respond(responder, "hello", LineEnding.LF));
    assertEquals(Responder.Outcome.REPLIED, respond(Framing.RAW, "hello"));

    assertEquals("a\nb\na\nb", written());
  }

  @Test
  void letsABuiltInTransformerReturnLineFeedsWhereTheyForgeNothing() {
    Responder responder = responder(
        Framing.RAW, false, QuitPredicate.never(), MessageTransformer.suffix("\n"), silent());

    assertEquals(Responder.Outcome.REPLIED, respond(responder, "a\nb", LineEnding.NONE));

    assertEquals("a\nb\n", written());
  }

  private Responder.Outcome respond(Framing framing, String text) {
    return respond(
        responder(framing, framing == Framing.LINES, predicate, transformer, events),
        text,
        LineEnding.LF);
  }

  private Responder.Outcome respond(Responder responder, String text, LineEnding ending) {
    byte[] bytes = text.getBytes(UTF_8);
    return responder.respond(bytes, 0, bytes.length, ending, SENDER, 1, replies);
  }

  static Responder responder(
      Framing framing,
      boolean lineFeedForges,
      QuitPredicate predicate,
      MessageTransformer transformer,
      ServerEvents events) {
    ServerConfig config = new ServerConfig(
        new ServerBuilder().transformer(transformer).quitWhen(predicate).framing(framing));
    return new Responder(config, framing, !lineFeedForges, events);
  }

  static ServerEvents silent() {
    return new ServerEvents(SENDER.endpoint(), null, () -> {});
  }

  private String written() {
    return Message.of(replies.view()).text();
  }

  private Throwable reportedError() {
    ArgumentCaptor<Throwable> error = ArgumentCaptor.captor();
    verify(listener).onError(eq(SENDER), error.capture());
    return error.getValue();
  }

  private void assertStats(long messages, long bytesIn, long bytesOut, long failures) {
    replies.publishTo(events);
    EchoStats stats = events.snapshot();
    assertEquals(messages, stats.messages());
    assertEquals(bytesIn, stats.bytesIn());
    assertEquals(bytesOut, stats.bytesOut());
    assertEquals(failures, stats.dropped());
    assertEquals(failures, stats.errors());
  }

  private void assertWarnings(String... expected) {
    assertEquals(List.of(expected), noLeaks.takeWarnings());
  }

  /** Throws what the compiler would not let a mock throw. */
  @SuppressWarnings("unchecked")
  private static <T extends Throwable> Object throwAny(Throwable failure) throws T {
    throw (T) failure;
  }
}

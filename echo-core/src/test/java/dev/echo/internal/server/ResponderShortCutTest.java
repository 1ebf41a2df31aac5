package dev.echo.internal.server;

import static dev.echo.internal.server.ResponderTest.responder;
import static dev.echo.internal.server.ResponderTest.silent;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

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
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.mockito.ArgumentCaptor;

/** The short cut for built-in transformers and predicates gives what the long way gives. */
class ResponderShortCutTest {

  private static final Peer SENDER = Peer.of(Endpoint.tcp(51234));
  private static final List<String> TEXTS =
      List.of("", "a", "Quit", "straße €𝄞", "quits", "\0\r", "\uFFFD");

  @ParameterizedTest(name = "{0}, {1}, {2}")
  @MethodSource
  void repliesAndCountsLikeTheLongWay(Framing framing, String name, LineEnding ending) {
    MessageTransformer builtIn = transformer(name);
    QuitPredicate quit = QuitPredicate.textEqualsIgnoreCase("quit");
    EchoListener listener = mock(EchoListener.class);
    Run shortCut = new Run(framing, quit, builtIn, silent());
    List<Run> longWays = List.of(
        new Run(framing, quit::test, builtIn::transform, silent()),
        new Run(framing, quit, builtIn::transform, silent()),
        new Run(framing, quit::test, builtIn, silent()),
        new Run(framing, quit, builtIn, new ServerEvents(SENDER.endpoint(), listener, () -> {})));

    for (String text : TEXTS) {
      Responder.Outcome expected =
          text.equals("Quit") ? Responder.Outcome.QUIT : Responder.Outcome.REPLIED;
      assertEquals(expected, shortCut.respond(text, ending), text);
      for (Run longWay : longWays) {
        assertEquals(expected, longWay.respond(text, ending), text);
        assertEquals(longWay.written(), shortCut.written(), text);
      }
    }

    assertEquals(TEXTS.size(), shortCut.stats().messages());
    for (Run longWay : longWays) {
      assertEquals(longWay.stats().toString(), shortCut.stats().toString());
    }
    ArgumentCaptor<Exchange> told = ArgumentCaptor.forClass(Exchange.class);
    verify(listener, times(TEXTS.size())).onEcho(told.capture());
    for (int i = 0; i < TEXTS.size(); i++) {
      Message received = Message.of(TEXTS.get(i));
      boolean isQuit = TEXTS.get(i).equals("Quit");
      Message reply = isQuit ? received : builtIn.transform(received, SENDER);
      assertEquals(
          new Exchange(SENDER, 1, received, reply, isQuit), told.getAllValues().get(i));
    }
  }

  static Stream<Arguments> repliesAndCountsLikeTheLongWay() {
    return Stream.of(Framing.values())
        .flatMap(framing -> Stream.of("identity", "upperCase", "prefix", "port", "text", "chain")
            .flatMap(name ->
                Stream.of(LineEnding.values()).map(end -> Arguments.of(framing, name, end))));
  }

  private static MessageTransformer transformer(String name) {
    return switch (name) {
      case "identity" -> MessageTransformer.identity();
      case "upperCase" -> MessageTransformer.upperCase();
      case "prefix" -> MessageTransformer.prefix("» ");
      case "port" -> MessageTransformer.appendSenderPort();
      case "text" -> MessageTransformer.text(text -> "[" + text + "]");
      default ->
        MessageTransformer.prefix("é")
            .andThen(MessageTransformer.upperCase())
            .andThen(MessageTransformer.suffix("!"));
    };
  }

  /** One responder and what it did so far. */
  private static final class Run {
    private final Replies replies = new Replies(1, BufferLimit.NONE);
    private final Responder responder;
    private final ServerEvents events;

    Run(
        Framing framing,
        QuitPredicate predicate,
        MessageTransformer transformer,
        ServerEvents events) {
      this.responder = responder(framing, framing == Framing.LINES, predicate, transformer, events);
      this.events = events;
    }

    Responder.Outcome respond(String text, LineEnding ending) {
      byte[] read = ("before" + text + "behind").getBytes(UTF_8);
      Responder.Outcome outcome =
          responder.respond(read, 6, read.length - 6, ending, SENDER, 1, replies);
      assertArrayEquals(("before" + text + "behind").getBytes(UTF_8), read, "input was changed");
      return outcome;
    }

    Message written() {
      return Message.of(replies.view());
    }

    EchoStats stats() {
      replies.publishTo(events);
      return events.snapshot();
    }
  }
}

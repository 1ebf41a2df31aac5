package dev.echo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.echo.internal.codec.BytePredicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuitPredicateTest {

  private static final Peer SENDER = Peer.of(Endpoint.tcp(51234));
  private static final QuitPredicate ALWAYS = (message, peer) -> true;
  private static final QuitPredicate UNREACHED = (message, peer) -> fail("called");

  @ParameterizedTest
  @ValueSource(strings = {"", "quit"})
  void neverMatchesNothing(String text) {
    assertFalse(test(QuitPredicate.never(), text));
  }

  @ParameterizedTest
  @CsvSource({
    "quit, quit, true",
    "quit, Quit, false",
    "quit, quits, false",
    "quit, qui, false",
    "quit, ' quit', false",
    "'', '', true",
    "'', a, false",
    "größe, größe, true",
    "größe, grösse, false"
  })
  void matchesOneText(String text, String message, boolean expected) {
    assertEquals(expected, test(QuitPredicate.textEquals(text), message));
  }

  @ParameterizedTest
  @CsvSource({
    "quit, quit, true",
    "quit, QuIt, true",
    "quit, quits, false",
    "quit, qui, false",
    "quit, exit, false",
    "'', '', true",
    "'', a, false",
    "größe, GRÖßE, true",
    "größe, GRÖSSE, false", // not the same number of characters
    "k, \u212A, true", // the Kelvin sign: one byte, three bytes
    "\u212A, k, true",
    "s, \u017F, true", // the long s: two bytes
    "𐐨, 𐐀, true" // four bytes, two chars
  })
  void matchesOneTextInAnyCase(String text, String message, boolean expected) {
    assertEquals(expected, text.equalsIgnoreCase(message), "the JDK says otherwise");
    assertEquals(expected, test(QuitPredicate.textEqualsIgnoreCase(text), message));
  }

  @Test
  void matchesThePatternsWholeTexts() {
    QuitPredicate predicate = QuitPredicate.textMatches(Pattern.compile("bye|exit \\d+"));

    assertTrue(test(predicate, "bye"));
    assertTrue(test(predicate, "exit 42"));
    assertFalse(test(predicate, "bye bye"));
    assertFalse(test(predicate, "Bye"));
  }

  @Test
  void takesNoGarbageForTheText() {
    byte[] garbage = {'q', 'u', 'i', 't', (byte) 0xFF};

    for (QuitPredicate predicate : new QuitPredicate[] {
      QuitPredicate.textEquals("quit"),
      QuitPredicate.textEqualsIgnoreCase("quit"),
      QuitPredicate.textMatches(Pattern.compile("quit"))
    }) {
      assertFalse(predicate.test(Message.of(garbage), SENDER));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void looksOnlyAtTheBytesOfTheMessage(boolean ignoreCase) {
    byte[] bytes = "xquitx".getBytes(UTF_8);
    BytePredicate predicate = (BytePredicate)
        (ignoreCase
            ? QuitPredicate.textEqualsIgnoreCase("QUIT")
            : QuitPredicate.textEquals("quit"));

    assertTrue(predicate.test(bytes, 1, 5));
    assertFalse(predicate.test(bytes, 0, 5));
    assertFalse(predicate.test(bytes, 1, 6));
    assertFalse(predicate.test(bytes, 1, 4));
  }

  @Test
  void andMatchesWhenBothDo() {
    QuitPredicate quit = QuitPredicate.textEquals("quit");

    assertTrue(test(quit.and(ALWAYS), "quit"));
    assertTrue(test(ALWAYS.and(quit), "quit"));
    assertFalse(test(ALWAYS.and(quit), "other"));
    assertFalse(test(quit.and(UNREACHED), "other"));
  }

  @Test
  void orMatchesWhenEitherDoes() {
    QuitPredicate quit = QuitPredicate.textEquals("quit");

    assertTrue(test(quit.or(UNREACHED), "quit"));
    assertTrue(test(quit.or(ALWAYS), "other"));
    assertFalse(test(quit.or(QuitPredicate.never()), "other"));
  }

  @Test
  void negateMatchesWhenThisDoesNot() {
    assertFalse(test(QuitPredicate.textEquals("quit").negate(), "quit"));
    assertTrue(test(QuitPredicate.never().negate(), "quit"));
    assertFalse(test(ALWAYS.negate(), "quit"));
  }

  @Test
  void givesTheSenderToAllThatAreCombined() {
    QuitPredicate fromSender = (message, peer) -> peer.equals(SENDER);
    QuitPredicate fromElsewhere = (message, peer) -> peer.equals(Peer.of(Endpoint.udp(1)));

    assertTrue(test(fromSender.and(fromSender), "a"));
    assertTrue(test(fromElsewhere.or(fromSender), "a"));
    assertTrue(test(fromElsewhere.negate(), "a"));
  }

  private static boolean test(QuitPredicate predicate, String text) {
    return predicate.test(Message.of(text), SENDER);
  }
}

package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class EchoAndExchangeTest {

  private static final Message HELLO = Message.of("hello");
  private static final Message REPLY = Message.of("HELLO");
  private static final Peer PEER = Peer.of(Endpoint.tcp(51234));

  @Test
  void echoHoldsWhatItWasMadeOf() {
    Echo echo = new Echo(HELLO, Duration.ofMillis(3), true);

    assertSame(HELLO, echo.message());
    assertEquals(Duration.ofMillis(3), echo.roundTrip());
    assertTrue(echo.quit());
    assertEquals(new Echo(Message.of("hello"), Duration.ofMillis(3), true), echo);
    assertNotEquals(new Echo(HELLO, Duration.ofMillis(3), false), echo);
    assertEquals(Duration.ZERO, new Echo(HELLO, Duration.ZERO, false).roundTrip());
  }

  @Test
  void echoNamesItsBadArguments() {
    assertNamesNull("message", () -> new Echo(null, Duration.ZERO, false));
    assertNamesNull("roundTrip", () -> new Echo(HELLO, null, false));
    assertEquals(
        "roundTrip is negative: PT-0.000000001S",
        assertThrows(
                IllegalArgumentException.class, () -> new Echo(HELLO, Duration.ofNanos(-1), false))
            .getMessage());
  }

  @Test
  void exchangeHoldsWhatItWasMadeOf() {
    Exchange exchange = new Exchange(PEER, 2, HELLO, REPLY, true);

    assertSame(PEER, exchange.peer());
    assertSame(HELLO, exchange.received());
    assertSame(REPLY, exchange.reply());
    assertTrue(exchange.quit());
    assertEquals(new Exchange(PEER, 2, Message.of("hello"), REPLY, true), exchange);
    assertNotEquals(new Exchange(PEER, 2, REPLY, HELLO, true), exchange);
  }

  @Test
  void exchangeNamesItsBadArguments() {
    assertNamesNull("peer", () -> new Exchange(null, 1, HELLO, REPLY, false));
    assertNamesNull("received", () -> new Exchange(PEER, 2, null, REPLY, false));
    assertNamesNull("reply", () -> new Exchange(PEER, 2, HELLO, null, false));
  }

  private static void assertNamesNull(String name, Executable call) {
    assertEquals(name, assertThrows(NullPointerException.class, call).getMessage());
  }
}

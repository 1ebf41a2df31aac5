package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class EchoTest {

  @Test
  void namesTheRoundTripThatIsNegative() {
    IllegalArgumentException e = assertThrows(
        IllegalArgumentException.class,
        () -> new Echo(Message.of("hello"), Duration.ofNanos(-1), false));

    assertEquals("roundTrip is negative: PT-0.000000001S", e.getMessage());
  }
}

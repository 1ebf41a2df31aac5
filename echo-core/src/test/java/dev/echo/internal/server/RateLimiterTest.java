package dev.echo.internal.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.Endpoint;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RateLimiterTest {

  private static final long SECOND = 1_000_000_000;
  private static final InetAddress SENDER = address("192.0.2.1");

  private static InetAddress address(String host) {
    return Endpoint.udp(host, 0).address().getAddress();
  }

  private static int accepted(RateLimiter rate, InetAddress sender, int messages, long now) {
    int accepted = 0;
    for (int i = 0; i < messages; i++) {
      accepted += rate.isExceeded(sender, now) ? 0 : 1;
    }
    return accepted;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 10, 1000, 1_000_000})
  void acceptsTheMessagesOfASecondAtOnce(int messages) {
    RateLimiter rate = new RateLimiter(messages);

    assertEquals(messages, accepted(rate, SENDER, messages + 5, 0));
  }

  @Test
  void acceptsOneMoreWhenItsTimeHasCome() {
    RateLimiter rate = new RateLimiter(10);
    accepted(rate, SENDER, 10, 0);

    assertTrue(rate.isExceeded(SENDER, SECOND / 10 - 1));
    assertFalse(rate.isExceeded(SENDER, SECOND / 10));
    assertTrue(rate.isExceeded(SENDER, SECOND / 10));
    assertEquals(2, accepted(rate, SENDER, 5, 3 * SECOND / 10));
  }

  @Test
  void savesUpNoMoreThanASecond() {
    RateLimiter rate = new RateLimiter(10);
    accepted(rate, SENDER, 3, 0);

    assertEquals(10, accepted(rate, SENDER, 100, 1000 * SECOND));
  }

  @Test
  void countsNothingThatItRefuses() {
    RateLimiter rate = new RateLimiter(10);
    accepted(rate, SENDER, 1_000, 0);

    assertEquals(10, accepted(rate, SENDER, 1_000, SECOND));
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.1, 192.0.2.1",
    "2001:db8:1:2::1, 2001:db8:1:2:ff::ff",
    "::ffff:192.0.2.1, 192.0.2.1",
  })
  void takesTheAddressesOfOneNetworkForOneSender(String one, String other) {
    RateLimiter rate = new RateLimiter(1);

    assertEquals(rate.slot(address(one)), rate.slot(address(other)));
  }

  @Test
  void spreadsSendersOverTheTable() {
    RateLimiter rate = new RateLimiter(1);
    Set<Integer> slots = new HashSet<>();
    for (int i = 0; i < RateLimiter.SLOTS; i++) {
      slots.add(rate.slot(ipv4(0x0a000000 + i)));
    }

    // By chance some 63 % of the slots are taken by as many senders.
    assertTrue(slots.size() > RateLimiter.SLOTS / 2, "only " + slots.size());
  }

  @Test
  void spreadsSendersInAnotherWayEachTime() {
    RateLimiter one = new RateLimiter(1);
    RateLimiter other = new RateLimiter(1);
    Set<Integer> differences = new HashSet<>();
    for (int i = 0; i < 64; i++) {
      differences.add(one.slot(ipv4(i)) ^ other.slot(ipv4(i)));
    }

    assertNotEquals(1, differences.size());
  }

  private static InetAddress ipv4(int address) {
    try {
      return InetAddress.getByAddress(
          ByteBuffer.allocate(Integer.BYTES).putInt(address).array());
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }
}

package dev.echo.internal.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.Endpoint;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SenderCheckTest {

  private static final SenderCheck CHECK =
      new SenderCheck(address("127.0.0.1", 7007), System::nanoTime);

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 19, 53, 123, 1022, 1023})
  void refusesPrivilegedPorts(int port) {
    assertTrue(CHECK.isRefused(address("192.0.2.1", port)));
    assertTrue(CHECK.isRefused(address("2001:db8::1", port)));
    assertFalse(CHECK.isOwn(address("192.0.2.1", port)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1024, 7006, 7007, 51_234, 65_535})
  void acceptsOtherPorts(int port) {
    assertFalse(CHECK.isRefused(address("192.0.2.1", port)));
    assertFalse(CHECK.isRefused(address("2001:db8::1", port)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"224.0.0.1", "239.255.255.255", "ff02::1", "ff0e::1", "255.255.255.255"})
  void refusesGroups(String host) {
    assertTrue(CHECK.isRefused(address(host, 51_234)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"223.255.255.255", "240.0.0.1", "fe80::1", "10.255.255.254", "127.0.0.1"})
  void acceptsWhatIsNoGroup(String host) {
    assertFalse(CHECK.isRefused(address(host, 51_234)));
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 127.0.0.1",
    "192.0.2.1, 192.0.2.1",
    "::1, ::1",
    "2001:db8::1, 2001:db8::1",
    "0.0.0.0, 127.0.0.1",
    "0.0.0.0, 127.1.2.3",
    "::, ::1",
    "::, 127.0.0.1" // a socket of both families
  })
  void refusesItself(String own, String sender) {
    SenderCheck check = new SenderCheck(address(own, 7007), System::nanoTime);

    assertTrue(check.isOwn(address(sender, 7007)));
    assertTrue(check.isRefused(address(sender, 7007)));
    assertFalse(check.isOwn(address(sender, 7008)));
    assertFalse(check.isRefused(address(sender, 7008)));
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 127.0.0.2",
    "127.0.0.1, 192.0.2.1",
    "::1, 127.0.0.1",
    "0.0.0.0, 192.0.2.1",
    "::, 192.0.2.1",
    "::, 2001:db8::1"
  })
  void acceptsItsOwnPortOnAnotherHost(String own, String sender) {
    SenderCheck check = new SenderCheck(address(own, 7007), System::nanoTime);

    assertFalse(check.isOwn(address(sender, 7007)));
    assertFalse(check.isRefused(address(sender, 7007)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::"})
  void refusesItselfUnderEachAddressOfThisHost(String own) throws Exception {
    SenderCheck check = new SenderCheck(address(own, 7007), System::nanoTime);

    for (NetworkInterface network : NetworkInterface.networkInterfaces().toList()) {
      for (InetAddress host : network.inetAddresses().toList()) {
        assertTrue(check.isOwn(new InetSocketAddress(host, 7007)), host.toString());
        assertTrue(check.isRefused(new InetSocketAddress(host, 7007)), host.toString());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 127.0.0.1",
    "192.0.2.1, 192.0.2.1",
    "2001:db8::1, 2001:db8::1",
    "0.0.0.0, 127.0.0.1",
    "::, ::1"
  })
  void tellsWhereItCanBeReached(String own, String reachable) {
    assertEquals(
        address(reachable, 7007),
        new SenderCheck(address(own, 7007), System::nanoTime).reachable());
  }

  @Test
  void reachesItselfByAnAddressThatItKnowsForItsOwn() {
    for (String own : new String[] {"127.0.0.1", "0.0.0.0", "::", "::1"}) {
      SenderCheck check = new SenderCheck(address(own, 7007), System::nanoTime);

      assertTrue(check.isOwn(check.reachable()));
    }
  }

  @Test
  void listsTheAddressesOfThisHostOnceASecondAtMost() {
    AtomicInteger lists = new AtomicInteger();
    AtomicLong nanos = new AtomicLong();
    SenderCheck check = new SenderCheck(address("0.0.0.0", 7007), nanos::get) {
      @Override
      Set<InetAddress> listHostAddresses() {
        return lists.incrementAndGet() == 1
            ? Set.of()
            : Set.of(address("192.0.2.1", 7007).getAddress());
      }
    };

    for (int i = 0; i < 1_000; i++) {
      assertFalse(check.isOwn(address("192.0.2.1", 7007)));
    }
    assertEquals(1, lists.get());
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());

    assertTrue(check.isOwn(address("192.0.2.1", 7007))); // it has come since
    assertTrue(check.isOwn(address("192.0.2.1", 7007)));
    assertEquals(2, lists.get());
  }

  @Test
  void refusesItsOwnPortOnAnyHostWhileTheAddressesOfThisOneAreUnknown() {
    AtomicLong nanos = new AtomicLong();
    AtomicBoolean fails = new AtomicBoolean(true);
    SenderCheck check = new SenderCheck(address("0.0.0.0", 7007), nanos::get) {
      @Override
      Set<InetAddress> listHostAddresses() throws SocketException {
        if (fails.get()) {
          throw new SocketException("no descriptors");
        }
        return Set.of();
      }
    };

    assertTrue(check.isOwn(address("192.0.2.1", 7007)));
    assertTrue(check.isOwn(address("192.0.2.1", 7007)));
    fails.set(false);
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());

    assertFalse(check.isOwn(address("192.0.2.1", 7007)));
  }

  private static InetSocketAddress address(String host, int port) {
    return Endpoint.udp(host, port).address();
  }
}

package dev.echo.internal.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.Endpoint;
import dev.echo.internal.Addresses;
import dev.echo.testing.Gate;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SenderFilterTest {

  private static final SenderFilter FILTER =
      new SenderFilter(address("127.0.0.1", 7007), 0, System::nanoTime);

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 19, 53, 123, 1022, 1023})
  void refusesPrivilegedPorts(int port) {
    assertTrue(FILTER.mustNotBeAnswered(address("192.0.2.1", port)));
    assertTrue(FILTER.mustNotBeAnswered(address("2001:db8::1", port)));
    assertFalse(FILTER.isOwn(address("192.0.2.1", port)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1024, 7006, 7007, 51_234, 65_535})
  void acceptsOtherPorts(int port) {
    assertFalse(FILTER.mustNotBeAnswered(address("192.0.2.1", port)));
    assertFalse(FILTER.mustNotBeAnswered(address("2001:db8::1", port)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"224.0.0.1", "239.255.255.255", "ff02::1", "ff0e::1", "255.255.255.255"})
  void refusesGroups(String host) {
    assertTrue(FILTER.mustNotBeAnswered(address(host, 51_234)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"223.255.255.255", "240.0.0.1", "fe80::1", "10.255.255.254", "127.0.0.1"})
  void acceptsWhatIsNoGroup(String host) {
    assertFalse(FILTER.mustNotBeAnswered(address(host, 51_234)));
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
    SenderFilter filter = new SenderFilter(address(own, 7007), 0, System::nanoTime);

    assertTrue(filter.isOwn(address(sender, 7007)));
    assertTrue(filter.mustNotBeAnswered(address(sender, 7007)));
    assertFalse(filter.isOwn(address(sender, 7008)));
    assertFalse(filter.mustNotBeAnswered(address(sender, 7008)));
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
    SenderFilter filter = new SenderFilter(address(own, 7007), 0, System::nanoTime);

    assertFalse(filter.isOwn(address(sender, 7007)));
    assertFalse(filter.mustNotBeAnswered(address(sender, 7007)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::"})
  void refusesItselfUnderEachAddressOfThisHost(String own) throws Exception {
    SenderFilter filter = new SenderFilter(address(own, 7007), 0, System::nanoTime);

    for (NetworkInterface network : NetworkInterface.networkInterfaces().toList()) {
      for (InetAddress host : network.inetAddresses().toList()) {
        assertTrue(filter.isOwn(new InetSocketAddress(host, 7007)), host.toString());
        assertTrue(filter.mustNotBeAnswered(new InetSocketAddress(host, 7007)), host.toString());
      }
    }
  }

  @Test
  void reachesItselfByAnAddressThatItKnowsForItsOwn() {
    for (String own : new String[] {"127.0.0.1", "0.0.0.0", "::", "::1"}) {
      SenderFilter filter = new SenderFilter(address(own, 7007), 0, System::nanoTime);

      assertTrue(filter.isOwn(Addresses.reachable(address(own, 7007))));
    }
  }

  @Test
  void refusesWhatIsAboveTheRate() {
    SenderFilter filter = new SenderFilter(address("127.0.0.1", 7007), 2, () -> 0);

    assertFalse(filter.isTooFrequent(address("192.0.2.1", 51_234).getAddress()));
    assertFalse(filter.isTooFrequent(address("192.0.2.1", 51_235).getAddress()));
    assertTrue(filter.isTooFrequent(address("192.0.2.1", 51_236).getAddress()));
    assertFalse(filter.isTooFrequent(address("198.51.100.1", 51_234).getAddress()));
  }

  @Test
  void listsTheAddressesOfThisHostOnceASecondAtMost() {
    AtomicInteger lists = new AtomicInteger();
    AtomicLong nanos = new AtomicLong();
    SenderFilter filter = new SenderFilter(address("0.0.0.0", 7007), 0, nanos::get) {
      @Override
      Set<InetAddress> listHostAddresses() {
        return lists.incrementAndGet() == 1
            ? Set.of()
            : Set.of(address("192.0.2.1", 7007).getAddress());
      }
    };

    for (int i = 0; i < 1_000; i++) {
      assertFalse(filter.isOwn(address("192.0.2.1", 7007)));
    }
    assertEquals(1, lists.get());
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());

    assertTrue(filter.isOwn(address("192.0.2.1", 7007))); // it has come since
    assertTrue(filter.isOwn(address("192.0.2.1", 7007)));
    assertEquals(2, lists.get());
  }

  @Test
  void keepsNobodyWaitingWhileOneThreadListsTheAddressesOfThisHost() throws Exception {
    Gate gate = new Gate();
    AtomicInteger lists = new AtomicInteger();
    SenderFilter filter = new SenderFilter(address("0.0.0.0", 7007), 0, () -> 0) {
      @Override
      Set<InetAddress> listHostAddresses() {
        lists.incrementAndGet();
        gate.enter();
        return Set.of();
      }
    };
    CompletableFuture<Boolean> first = CompletableFuture.supplyAsync(
        () -> filter.isOwn(address("192.0.2.1", 7007)), task -> new Thread(task).start());
    gate.awaitEntered();

    CompletableFuture<Boolean> second = CompletableFuture.supplyAsync(
        () -> filter.isOwn(address("192.0.2.1", 7007)), task -> new Thread(task).start());

    assertTrue(second.get(10, TimeUnit.SECONDS)); // as far as is known
    gate.open();
    assertFalse(first.get(10, TimeUnit.SECONDS));
    assertEquals(1, lists.get());
  }

  @Test
  void refusesItsOwnPortOnAnyHostWhileTheAddressesOfThisOneAreUnknown() {
    AtomicLong nanos = new AtomicLong();
    AtomicBoolean fails = new AtomicBoolean(true);
    SenderFilter filter = new SenderFilter(address("0.0.0.0", 7007), 0, nanos::get) {
      @Override
      Set<InetAddress> listHostAddresses() throws SocketException {
        if (fails.get()) {
          throw new SocketException("no descriptors");
        }
        return Set.of();
      }
    };

    assertTrue(filter.isOwn(address("192.0.2.1", 7007)));
    assertTrue(filter.isOwn(address("192.0.2.1", 7007)));
    fails.set(false);
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());

    assertFalse(filter.isOwn(address("192.0.2.1", 7007)));
  }

  private static InetSocketAddress address(String host, int port) {
    return Endpoint.udp(host, port).address();
  }
}

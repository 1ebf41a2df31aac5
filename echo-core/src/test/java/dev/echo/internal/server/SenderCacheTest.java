package dev.echo.internal.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.echo.Endpoint;
import dev.echo.internal.RemotePeer;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SenderCacheTest {

  private final SenderCache senders = new SenderCache();

  @Test
  void givesThePeerThatIsAtAnAddress() {
    assertEquals(
        Endpoint.udp("192.0.2.1", 51_234),
        senders.peer(address("192.0.2.1", 51_234)).endpoint());
    assertEquals(Endpoint.udp("::1", 7), senders.peer(address("::1", 7)).endpoint());
  }

  @Test
  void numbersPeersInTheOrderOfTheirFirstDatagrams() {
    RemotePeer first = senders.peer(address("192.0.2.1", 51_234));
    RemotePeer otherPort = senders.peer(address("192.0.2.1", 51_235));

    assertSame(first, senders.peer(address("192.0.2.1", 51_234)));
    assertSame(otherPort, senders.peer(address("192.0.2.1", 51_235)));
    RemotePeer otherHost = senders.peer(address("192.0.2.2", 51_234));

    assertEquals(1, first.number());
    assertEquals(2, otherPort.number());
    assertEquals(3, otherHost.number());
  }

  @Test
  void forgetsTheSenderThatWasSilentForLongest() {
    List<RemotePeer> peers = new ArrayList<>();
    for (int i = 0; i < SenderCache.MAX_SENDERS; i++) {
      peers.add(senders.peer(host(i)));
    }
    assertSame(peers.get(0), senders.peer(host(0)));

    RemotePeer added = senders.peer(host(SenderCache.MAX_SENDERS));

    assertEquals(SenderCache.MAX_SENDERS + 1, added.number());
    for (int i = 2; i < SenderCache.MAX_SENDERS; i++) {
      assertSame(peers.get(i), senders.peer(host(i)));
    }
    assertSame(peers.get(0), senders.peer(host(0)));
    assertSame(added, senders.peer(host(SenderCache.MAX_SENDERS)));
    RemotePeer again = senders.peer(host(1));
    assertEquals(SenderCache.MAX_SENDERS + 2, again.number());
    assertEquals(1, again.nextMessage());
  }

  /** To the JDK an address is the same on every link. */
  @Test
  void tellsLinksApart() {
    RemotePeer one = senders.peer(onLink(1001));
    RemotePeer other = senders.peer(onLink(1002));

    assertNotSame(one, other);
    assertSame(one, senders.peer(onLink(1001)));
    assertSame(other, senders.peer(onLink(1002)));
    assertEquals(Endpoint.udp("fe80::1%1001", 7), one.endpoint());
    assertEquals(Endpoint.udp("fe80::1%1002", 7), other.endpoint());
  }

  @Test
  void takesNoSenderForAnotherThoughTheirHashCodesAreEqual() {
    Map<InetSocketAddress, RemotePeer> peers = new HashMap<>();
    for (int i = 0; i < 200; i++) {
      peers.put(sameHash(i), senders.peer(sameHash(i)));
    }

    assertEquals(200, peers.size());
    for (int i = 0; i < 200; i++) {
      assertEquals(sameHash(0).hashCode(), sameHash(i).hashCode());
      assertSame(peers.get(sameHash(i)), senders.peer(sameHash(i)));
    }
  }

  /** Without an order, a look-up among equal hash codes is a look at all of them. */
  @Test
  void ordersAllThatItTellsApart() {
    List<SenderCache.Sender> sorted = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      sorted.add(new SenderCache.Sender().at(sameHash(i)));
    }
    sorted.add(new SenderCache.Sender().at(address("2001:db8::", 7)));
    sorted.add(new SenderCache.Sender().at(address("2001:db8::", 8)));
    sorted.add(new SenderCache.Sender().at(address("32.1.13.184", 7)));
    sorted.add(new SenderCache.Sender().at(onLink(1001)));
    sorted.add(new SenderCache.Sender().at(onLink(1002)));

    Collections.sort(sorted);

    for (int i = 0; i < sorted.size(); i++) {
      for (int j = 0; j < sorted.size(); j++) {
        assertEquals(
            Integer.signum(Integer.compare(i, j)),
            Integer.signum(sorted.get(i).compareTo(sorted.get(j))));
        assertEquals(i == j, sorted.get(i).equals(sorted.get(j)));
      }
    }
  }

  private static InetSocketAddress address(String host, int port) {
    return Endpoint.udp(host, port).address();
  }

  private static InetSocketAddress host(int number) {
    return new InetSocketAddress(inet(ByteBuffer.allocate(4).putInt(0x0a000000 + number)), 51_234);
  }

  /** An address whose next one has the port before. */
  private static InetSocketAddress sameHash(int number) {
    return new InetSocketAddress(
        inet(ByteBuffer.allocate(4).putInt(0x0a000000 + number)), 51_234 - number);
  }

  private static InetSocketAddress onLink(int link) {
    try {
      byte[] linkLocal = InetAddress.getByName("fe80::1").getAddress();
      return new InetSocketAddress(Inet6Address.getByAddress(null, linkLocal, link), 7);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private static InetAddress inet(ByteBuffer bytes) {
    try {
      return InetAddress.getByAddress(bytes.array());
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }
}

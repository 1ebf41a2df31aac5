package dev.echo.internal.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.echo.Endpoint;
import dev.echo.Peer;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class SenderCacheTest {

  private final SenderCache senders = new SenderCache();

  @Test
  void givesTheEndpointOfASender() {
    assertEquals(
        Endpoint.udp("192.0.2.1", 51_234),
        senders.peer(Endpoint.udp("192.0.2.1", 51_234).address()).endpoint());
    assertEquals(
        Endpoint.udp("::1", 7), senders.peer(Endpoint.udp("::1", 7).address()).endpoint());
  }

  @Test
  void makesThePeerOfASenderOnce() {
    Peer first = senders.peer(Endpoint.udp(51_234).address());

    assertSame(first, senders.peer(Endpoint.udp(51_234).address()));
  }

  @Test
  void takesNoSenderForAnotherHoweverManyThereAre() {
    for (int round = 0; round < 2; round++) {
      for (int port = 1024; port < 3024; port++) {
        InetSocketAddress address = Endpoint.udp(port).address();

        assertEquals(Endpoint.udp(port), senders.peer(address).endpoint());
      }
    }
  }

  /** To the JDK an address is the same on every link. */
  @Test
  void tellsLinksApart() throws Exception {
    byte[] linkLocal = InetAddress.getByName("fe80::1").getAddress();

    for (int link : new int[] {1001, 1002}) {
      InetAddress host = Inet6Address.getByAddress(null, linkLocal, link);
      assertEquals(
          Endpoint.udp("fe80::1%" + link, 7),
          senders.peer(new InetSocketAddress(host, 7)).endpoint());
    }
  }
}

package dev.echo.internal.server;

import dev.echo.Endpoint;
import dev.echo.internal.Addresses;
import java.net.InetSocketAddress;

/** The endpoints of recent senders, since a text form of each address would be made for each datagram. */
final class SenderCache {

  private static final int SLOTS = 256;

  private final InetSocketAddress[] addresses = new InetSocketAddress[SLOTS];
  private final Endpoint.Udp[] endpoints = new Endpoint.Udp[SLOTS];

  Endpoint.Udp endpoint(InetSocketAddress address) {
    if (address.getAddress().isLinkLocalAddress()) {
      return Addresses.udp(address); // the same address on another link is equal and somebody else
    }
    int slot = address.hashCode() & (SLOTS - 1);
    if (!address.equals(addresses[slot])) {
      addresses[slot] = address;
      endpoints[slot] = Addresses.udp(address);
    }
    return endpoints[slot];
  }
}

package dev.echo.internal.server;

import dev.echo.internal.Addresses;
import dev.echo.internal.RemotePeer;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/** The most recent senders of datagrams. */
final class SenderCache {

  private static final int MAX_SENDERS = 10_000;

  private final Map<Object, RemotePeer> peers = new LinkedHashMap<>(16, 0.75f, true) {
    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<Object, RemotePeer> eldest) {
      return size() > MAX_SENDERS;
    }
  };

  private long known;

  RemotePeer peer(InetSocketAddress address) {
    // The same link-local address on another link is equal, and somebody else.
    Object key = address.getAddress().isLinkLocalAddress() ? Addresses.udp(address) : address;
    RemotePeer peer = peers.get(key);
    if (peer == null) {
      peer = new RemotePeer(++known, Addresses.udp(address));
      peers.put(key, peer);
    }
    return peer;
  }
}

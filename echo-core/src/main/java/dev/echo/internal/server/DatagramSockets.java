package dev.echo.internal.server;

import dev.echo.Endpoint;
import dev.echo.internal.Addresses;
import dev.echo.internal.Closing;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The sockets of a server over UDP, and which of its threads receives from which.
 *
 * <p>From a wildcard address the system answers by an address of its choice, and the JDK can't tell
 * which one was asked (IP_PKTINFO). So each address that the host has gets a socket of its own,
 * beside the wildcard one, to which the system gives what is for none of them.
 *
 * <p>The first socket is bound without an option, which fails if anybody has the port. Only then is
 * the option set by which the others can be bound beside it: where there is one, {@code
 * SO_REUSEPORT}, by which the system lets nobody but the same user bind there meanwhile. With one
 * thread it is taken back at once, so that nobody can bind the port afterwards. With several it has
 * to stay, as the system asks for it whenever it shares datagrams out by a hash of sender and
 * address.
 */
final class DatagramSockets {

  private static final int RECEIVE_BUFFER = 1 << 20;

  final List<Share> shares = new ArrayList<>();

  /** Where the first socket is bound. */
  InetSocketAddress address;

  /** By which sockets share a port, or null if there is only one. */
  private SocketOption<Boolean> sharing;

  /** What one thread receives from. */
  static final class Share {
    final List<DatagramChannel> channels = new ArrayList<>();

    /** Null if there is only one socket and one thread, which then needs none. */
    Selector selector;
  }

  private DatagramSockets() {}

  /** For tests: takes a channel that is bound for the only one. */
  static DatagramSockets of(DatagramChannel bound) throws IOException {
    DatagramSockets sockets = new DatagramSockets();
    sockets.newShare().channels.add(bound);
    sockets.address = (InetSocketAddress) bound.getLocalAddress();
    return sockets;
  }

  /**
   * Binds the endpoint, and if it stands for all addresses of the host, each of these.
   *
   * @param threads how many are to receive, if the system can share the datagrams out
   */
  static DatagramSockets open(Endpoint.Udp endpoint, int threads) throws IOException {
    InetSocketAddress address = (InetSocketAddress) Addresses.resolve(endpoint).get(0);
    InetAddress host = address.getAddress();
    return open(address, threads, host.isAnyLocalAddress() ? hostAddresses(host) : List.of());
  }

  /**
   * @param hosts the addresses to bind beside a wildcard address, to which those that can't be are
   *     left
   */
  static DatagramSockets open(InetSocketAddress address, int threads, List<InetAddress> hosts)
      throws IOException {
    DatagramSockets sockets = new DatagramSockets();
    try {
      sockets.bind(address, threads, hosts);
      return sockets;
    } catch (Throwable e) {
      sockets.close();
      throw e;
    }
  }

  private void bind(InetSocketAddress wanted, int threads, List<InetAddress> hosts)
      throws IOException {
    Share share = newShare();
    DatagramChannel first = newChannel(share, wanted).bind(wanted);
    address = (InetSocketAddress) first.getLocalAddress();
    boolean isWildcard = address.getAddress().isAnyLocalAddress();
    int count = sharesOut(first) ? threads : 1;
    if (isWildcard ? hosts.isEmpty() : count == 1) {
      return;
    }
    sharing =
        sharesOut(first) ? StandardSocketOptions.SO_REUSEPORT : StandardSocketOptions.SO_REUSEADDR;
    first.setOption(sharing, true);
    for (int i = 0; i < count; i++) {
      if (i > 0) {
        share = newShare();
      }
      if (isWildcard) {
        bindHosts(share, hosts);
      } else if (i > 0) {
        newChannel(share, address).bind(address);
      }
    }
    shares.removeIf(each -> each.channels.isEmpty()); // as no address of the host could be bound
    for (Share each : shares) {
      openSelector(each, shares.size() > 1);
    }
  }

  private static boolean sharesOut(DatagramChannel channel) {
    return channel.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT);
  }

  private Share newShare() {
    Share share = new Share();
    shares.add(share);
    return share;
  }

  private DatagramChannel newChannel(Share share, InetSocketAddress address) throws IOException {
    int index = share.channels.size();
    share.channels.add(null); // now, or what is open might get lost for want of memory
    DatagramChannel channel = DatagramChannel.open(Addresses.family(address));
    share.channels.set(index, channel);
    channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER);
    if (sharing != null) {
      channel.setOption(sharing, true);
    }
    return channel;
  }

  /**
   * Of the wildcard address there is one socket, whatever the number of threads: each of several
   * would get what is sent to a group or to all.
   */
  private void bindHosts(Share share, List<InetAddress> hosts) throws IOException {
    for (InetAddress host : hosts) {
      InetSocketAddress beside = new InetSocketAddress(host, address.getPort());
      DatagramChannel channel = newChannel(share, beside);
      try {
        channel.bind(beside);
      } catch (SocketException e) { // it has gone, or is not ready yet
        share.channels.remove(channel);
        Closing.close(channel);
      }
    }
  }

  private void openSelector(Share share, boolean goesOnSharing) throws IOException {
    share.selector = Selector.open();
    for (DatagramChannel channel : share.channels) {
      if (!goesOnSharing) {
        channel.setOption(sharing, false);
      }
      channel.configureBlocking(false);
      channel.register(share.selector, SelectionKey.OP_READ);
    }
  }

  /** Closes all that is open, without memory; needed only if no server has taken it over. */
  void close() {
    for (int i = 0; i < shares.size(); i++) {
      Share share = shares.get(i);
      Closing.close(share.selector);
      for (int j = 0; j < share.channels.size(); j++) {
        Closing.close(share.channels.get(j));
      }
    }
  }

  /** Those of the wildcard address's family, or for {@code ::} of both, that can be bound. */
  private static List<InetAddress> hostAddresses(InetAddress wildcard) throws SocketException {
    // By text, as the same link-local address on another link is equal.
    Map<String, InetAddress> addresses = new LinkedHashMap<>();
    for (NetworkInterface network : NetworkInterface.networkInterfaces().toList()) {
      if (isUp(network)) {
        network
            .inetAddresses()
            .filter(host -> host instanceof Inet4Address || !(wildcard instanceof Inet4Address))
            .forEach(host -> addresses.put(host.getHostAddress(), host));
      }
    }
    return List.copyOf(addresses.values());
  }

  private static boolean isUp(NetworkInterface network) {
    try {
      return network.isUp();
    } catch (SocketException e) { // it has gone
      return false;
    }
  }
}

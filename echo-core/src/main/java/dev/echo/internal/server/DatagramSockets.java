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
 * the option set by which the others can be bound beside it. {@code SO_REUSEADDR} is taken back at
 * once, so that nobody else can bind the port. {@code SO_REUSEPORT} has to stay, as the system asks
 * for it whenever it shares datagrams out by a hash of sender and address.
 */
final class DatagramSockets {

  private static final int RECEIVE_BUFFER = 1 << 20;

  /** Where the first socket is bound. */
  final InetSocketAddress address;

  final List<Share> shares;

  /**
   * What one thread receives from.
   *
   * @param selector null if there is only one socket and one thread, which then needs none
   */
  record Share(List<DatagramChannel> channels, Selector selector) {}

  private DatagramSockets(InetSocketAddress address, List<Share> shares) {
    this.address = address;
    this.shares = shares;
  }

  /** Takes a channel that is bound for the only one. */
  static DatagramSockets of(DatagramChannel bound) throws IOException {
    InetSocketAddress address = (InetSocketAddress) bound.getLocalAddress();
    return new DatagramSockets(address, List.of(new Share(List.of(bound), null)));
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
   * @param hosts the addresses to bind beside a wildcard address; those that can't be are left to it
   */
  static DatagramSockets open(InetSocketAddress address, int threads, List<InetAddress> hosts)
      throws IOException {
    // The first one that is closed takes the JDK a descriptor, and there may be none at the end.
    DatagramChannel.open(Addresses.family(address)).close();
    Opening opening = new Opening();
    try {
      return opening.open(address, threads, hosts);
    } catch (Throwable e) {
      opening.close();
      throw e;
    }
  }

  /** What has been opened so far. */
  private static final class Opening {
    private final List<Share> shares = new ArrayList<>();
    private final List<List<DatagramChannel>> channels = new ArrayList<>();

    /** By which sockets share a port, or null if there is only one. */
    private SocketOption<Boolean> sharing;

    DatagramSockets open(InetSocketAddress address, int threads, List<InetAddress> hosts)
        throws IOException {
      List<DatagramChannel> share = newShare();
      DatagramChannel first = newChannel(share, address).bind(address);
      InetSocketAddress bound = (InetSocketAddress) first.getLocalAddress();
      boolean isWildcard = bound.getAddress().isAnyLocalAddress();
      int count = sharesOut(first) ? threads : 1;
      if (isWildcard ? hosts.isEmpty() : count == 1) {
        shares.add(new Share(share, null));
        return new DatagramSockets(bound, shares);
      }
      sharing = count > 1 ? StandardSocketOptions.SO_REUSEPORT : StandardSocketOptions.SO_REUSEADDR;
      first.setOption(sharing, true);
      for (int i = 0; i < count; i++) {
        if (i > 0) {
          share = newShare();
        }
        if (isWildcard) {
          bindHosts(share, hosts, bound.getPort());
        } else if (i > 0) {
          newChannel(share, bound).bind(bound);
        }
      }
      openSelectors();
      return new DatagramSockets(bound, shares);
    }

    private static boolean sharesOut(DatagramChannel channel) {
      return channel.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT);
    }

    private List<DatagramChannel> newShare() {
      List<DatagramChannel> share = new ArrayList<>();
      channels.add(share);
      return share;
    }

    private DatagramChannel newChannel(List<DatagramChannel> share, InetSocketAddress address)
        throws IOException {
      DatagramChannel channel = DatagramChannel.open(Addresses.family(address));
      share.add(channel);
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
    private void bindHosts(List<DatagramChannel> share, List<InetAddress> hosts, int port)
        throws IOException {
      for (InetAddress host : hosts) {
        InetSocketAddress address = new InetSocketAddress(host, port);
        DatagramChannel channel = newChannel(share, address);
        try {
          channel.bind(address);
        } catch (SocketException e) { // it has gone, or is not ready yet
          share.remove(channel);
          Closing.close(channel);
        }
      }
    }

    private void openSelectors() throws IOException {
      for (List<DatagramChannel> share : channels) {
        if (share.isEmpty()) { // none of the host's addresses could be bound
          continue;
        }
        Selector selector = Selector.open();
        shares.add(new Share(share, selector));
        for (DatagramChannel channel : share) {
          if (sharing == StandardSocketOptions.SO_REUSEADDR) {
            channel.setOption(sharing, false);
          }
          channel.configureBlocking(false);
          channel.register(selector, SelectionKey.OP_READ);
        }
      }
    }

    void close() {
      shares.forEach(share -> Closing.close(share.selector));
      channels.forEach(share -> share.forEach(Closing::close));
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

  /** Closes all of them; needed only if no server takes them over. */
  void close() {
    for (Share share : shares) {
      Closing.close(share.selector);
      share.channels.forEach(Closing::close);
    }
  }
}

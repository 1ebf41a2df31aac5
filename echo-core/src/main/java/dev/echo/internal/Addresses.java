package dev.echo.internal;

import dev.echo.Endpoint;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.DatagramChannel;
import java.nio.charset.Charset;
import java.util.List;

/** Addresses between endpoints and the JDK. */
public final class Addresses {

  private Addresses() {}

  public static Endpoint endpoint(SocketAddress address) {
    return address instanceof UnixDomainSocketAddress unix
        ? new Endpoint.Unix(unix.getPath())
        : tcp((InetSocketAddress) address);
  }

  public static Endpoint.Tcp tcp(InetSocketAddress address) {
    return new Endpoint.Tcp(Hosts.text(address.getAddress()), address.getPort());
  }

  public static Endpoint.Udp udp(InetSocketAddress address) {
    return new Endpoint.Udp(Hosts.text(address.getAddress()), address.getPort());
  }

  public static boolean isNameless(Endpoint endpoint) {
    return endpoint instanceof Endpoint.Unix unix && unix.path().toString().isEmpty();
  }

  /** Looks the endpoint's host up, if it has one and it is a name. */
  public static List<SocketAddress> resolve(Endpoint endpoint) throws UnknownHostException {
    SocketAddress address = endpoint.address();
    if (!(address instanceof InetSocketAddress inet) || !inet.isUnresolved()) {
      return List.of(address);
    }
    return List.of(InetAddress.getAllByName(inet.getHostString())).stream()
        .<SocketAddress>map(host -> new InetSocketAddress(host, inet.getPort()))
        .toList();
  }

  /** The family to open a channel of: an IPv4 socket is cheaper than one that speaks both. */
  public static ProtocolFamily family(SocketAddress address) {
    if (address instanceof UnixDomainSocketAddress) {
      return StandardProtocolFamily.UNIX;
    }
    return ((InetSocketAddress) address).getAddress().getAddress().length == 4
        ? StandardProtocolFamily.INET
        : StandardProtocolFamily.INET6;
  }

  /** Opens a UDP channel in non-blocking mode that sends to one address and hears nobody else. */
  public static DatagramChannel connect(SocketAddress server) throws IOException {
    DatagramChannel channel = DatagramChannel.open(family(server));
    try {
      channel.configureBlocking(false);
      channel.connect(server);
      if (channel.getLocalAddress().equals(server)) {
        throw IoErrors.connectedToItself();
      }
      return channel;
    } catch (Throwable e) {
      Closing.close(channel);
      throw e;
    }
  }

  /** The endpoint as it stands in the names of threads. */
  public static String threadName(Endpoint endpoint) {
    return endpoint.toString().replaceFirst("://|:", "-");
  }

  /** Whether every sequence of bytes is a file name in that encoding, as it is in UTF-8. */
  public static boolean namesEveryFile(String encoding) {
    byte[] bytes = new byte[255];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i + 1);
    }
    Charset charset = Charset.forName(encoding);
    // What is malformed is read as U+FFFD, and has to be written as something.
    return charset.newEncoder().canEncode(new String(bytes, charset));
  }

  /**
   * Where a datagram must go to reach a socket that is bound to the address: what is sent to a
   * wildcard address goes to the loopback address, and is answered from there.
   */
  public static InetSocketAddress reachable(InetSocketAddress bound) {
    InetAddress host = bound.getAddress();
    if (!host.isAnyLocalAddress()) {
      return bound;
    }
    String loopback = host instanceof Inet4Address ? Hosts.LOOPBACK : "::1";
    return new InetSocketAddress(loopback, bound.getPort());
  }
}

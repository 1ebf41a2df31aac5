package dev.echo.internal.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.echo.Endpoint;
import dev.echo.internal.Addresses;
import dev.echo.internal.ProxyHeader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;

/**
 * For whom a proxy connects, and where to, as a header of version 2 of the PROXY protocol says it
 * (HAProxy's proxy-protocol.txt, section 2.2).
 */
public record ProxyAddresses(Endpoint.Inet source, Endpoint.Inet destination) {

  private static final byte VERSION_AND_COMMAND = 0x21;
  private static final int IPV4 = 0x10;
  private static final int IPV6 = 0x20;
  private static final int STREAM = 1;
  private static final int DATAGRAM = 2;
  private static final int IPV4_SIZE = 4;
  private static final int IPV6_SIZE = 16;

  public ProxyAddresses {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(destination, "destination");
    if (source.getClass() != destination.getClass()) {
      throw new IllegalArgumentException(
          "source " + source + " and destination " + destination + " are not of one transport");
    }
  }

  /** Refuses endpoints whose connections can't begin with a header. */
  public static void requireStream(Endpoint server) {
    if (server instanceof Endpoint.Udp) {
      throw new IllegalArgumentException("proxyHeader is set, but " + server + " is UDP");
    }
  }

  /** Returns the header, with the addresses of names as they are now. */
  public ByteBuffer encode() throws IOException {
    InetAddress from = lookUp(source).get(0);
    List<InetAddress> all = lookUp(destination);
    InetAddress to = all.stream()
        .filter(address -> address.getClass() == from.getClass())
        .findFirst()
        .orElse(all.get(0));
    boolean isIpv4 = from.getAddress().length == IPV4_SIZE && to.getAddress().length == IPV4_SIZE;
    int size = 2 * (isIpv4 ? IPV4_SIZE : IPV6_SIZE) + 2 * Short.BYTES;
    int transport = source instanceof Endpoint.Tcp ? STREAM : DATAGRAM;
    ByteBuffer header = ByteBuffer.allocate(ProxyHeader.SIGNATURE.length() + Integer.BYTES + size)
        .put(ProxyHeader.SIGNATURE.getBytes(ISO_8859_1))
        .put(VERSION_AND_COMMAND)
        .put((byte) ((isIpv4 ? IPV4 : IPV6) + transport))
        .putShort((short) size);
    put(header, from, isIpv4);
    put(header, to, isIpv4);
    return header
        .putShort((short) source.port())
        .putShort((short) destination.port())
        .flip();
  }

  private static List<InetAddress> lookUp(Endpoint.Inet endpoint) throws IOException {
    try {
      List<SocketAddress> addresses = Addresses.resolve(endpoint);
      return addresses.stream()
          .map(each -> ((InetSocketAddress) each).getAddress())
          .toList();
    } catch (UnknownHostException e) { // as another than that of the server
      throw new IOException("PROXY header with the unknown host of " + endpoint, e);
    }
  }

  /** Beside an IPv6 address, one of IPv4 is mapped to IPv6 (RFC 4291, 2.5.5.2). */
  private static void put(ByteBuffer header, InetAddress address, boolean isIpv4) {
    byte[] bytes = address.getAddress();
    if (!isIpv4 && bytes.length == IPV4_SIZE) {
      header.putLong(0).putInt(0xffff);
    }
    header.put(bytes);
  }
}

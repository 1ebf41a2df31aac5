package dev.echo;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;

/**
 * Tells which datagrams a server must not answer.
 *
 * <p>Services on privileged ports (echo, chargen, DNS) answer whatever they get, so that one datagram
 * with a forged source would bounce between them and the server for ever: CERT CA-1996-01,
 * CVE-2024-2169. The same goes for the server itself, and an answer to a group is an amplifier.
 */
final class SenderCheck {

  private static final int FIRST_UNPRIVILEGED_PORT = 1024;
  private static final InetAddress BROADCAST =
      Endpoint.udp("255.255.255.255", 0).address().getAddress();

  private final InetSocketAddress own;

  SenderCheck(InetSocketAddress own) {
    this.own = own;
  }

  boolean isRefused(InetSocketAddress sender) {
    return sender.getPort() < FIRST_UNPRIVILEGED_PORT
        || sender.getAddress().isMulticastAddress()
        || isOwn(sender)
        || sender.getAddress().equals(BROADCAST);
  }

  boolean isOwn(InetSocketAddress sender) {
    if (sender.getPort() != own.getPort()) {
      return false;
    }
    InetAddress address = sender.getAddress();
    return own.getAddress().isAnyLocalAddress()
        ? isOfThisHost(address)
        : own.getAddress().equals(address);
  }

  /** Where a datagram must go to reach this server from within. */
  InetSocketAddress reachable() {
    InetAddress host = own.getAddress();
    if (!host.isAnyLocalAddress()) {
      return own;
    }
    String loopback = host instanceof Inet4Address ? "127.0.0.1" : "::1";
    return Endpoint.udp(loopback, own.getPort()).address();
  }

  private static boolean isOfThisHost(InetAddress address) {
    try {
      return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException e) {
      return true; // unknown, and refusing is the safe side
    }
  }
}

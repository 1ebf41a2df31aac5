package dev.echo.internal.server;

import dev.echo.Endpoint;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Duration;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Tells which datagrams a server must not answer.
 *
 * <p>Services on privileged ports (echo, chargen, DNS) answer whatever they get, so that one datagram
 * with a forged source would bounce between them and the server for ever: CERT CA-1996-01,
 * CVE-2024-2169. The same goes for the server itself, and an answer to a group is an amplifier.
 */
class SenderCheck {

  private static final int FIRST_UNPRIVILEGED_PORT = 1024;
  private static final InetAddress BROADCAST =
      Endpoint.udp("255.255.255.255", 0).address().getAddress();

  /** How long the addresses of this host are taken for what they were; listing them takes long. */
  private static final long REFRESH_NANOS = Duration.ofSeconds(1).toNanos();

  private final InetSocketAddress own;
  private final LongSupplier nanoClock;

  /** Empty before they were listed, null if they could not be. */
  private Set<InetAddress> hostAddresses = Set.of();

  private long nextRefresh = Long.MIN_VALUE;

  SenderCheck(InetSocketAddress own, LongSupplier nanoClock) {
    this.own = own;
    this.nanoClock = nanoClock;
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

  private boolean isOfThisHost(InetAddress address) {
    if (address.isLoopbackAddress()) {
      return true;
    }
    if (hostAddresses == null || !hostAddresses.contains(address)) {
      refreshIfDue();
    }
    return hostAddresses == null || hostAddresses.contains(address); // refusing is the safe side
  }

  private void refreshIfDue() {
    long now = nanoClock.getAsLong();
    if (now < nextRefresh) {
      return;
    }
    nextRefresh = now + REFRESH_NANOS;
    try {
      hostAddresses = listHostAddresses();
    } catch (SocketException e) {
      hostAddresses = null;
    }
  }

  Set<InetAddress> listHostAddresses() throws SocketException {
    return NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .collect(Collectors.toSet());
  }
}

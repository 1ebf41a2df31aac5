package dev.echo.internal.server;

import dev.echo.Endpoint;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Tells which datagrams are refused: those that a server must not answer, and those above the rate
 * of their sender.
 *
 * <p>Services on privileged ports (echo, chargen, DNS) answer whatever they get, so that one
 * datagram with a forged source would bounce between them and the server forever: CERT CA-1996-01,
 * CVE-2024-2169. The same goes for the server itself, and an answer to a group is an amplifier.
 */
class SenderFilter {

  private static final int FIRST_UNPRIVILEGED_PORT = 1024;
  private static final InetAddress BROADCAST =
      Endpoint.udp("255.255.255.255", 0).address().getAddress();

  /** How long the addresses of this host are taken for what they were; listing them takes long. */
  private static final long REFRESH_NANOS = Duration.ofSeconds(1).toNanos();

  private final InetSocketAddress own;
  private final LongSupplier nanoClock;

  /** Null if it is unlimited. */
  private final RateLimiter rate;

  /** Null before they were listed, or if they could not be. */
  private volatile Set<InetAddress> hostAddresses;

  private final AtomicLong nextRefresh = new AtomicLong(Long.MIN_VALUE);

  /**
   * @param own to which the server's socket is bound
   * @param maxRate messages a second from each sender, or 0 for any number
   */
  SenderFilter(InetSocketAddress own, int maxRate, LongSupplier nanoClock) {
    this.own = own;
    this.rate = maxRate == 0 ? null : new RateLimiter(maxRate);
    this.nanoClock = nanoClock;
  }

  /** Counts a datagram on its sender's rate; may be called on one thread at a time. */
  boolean isTooFrequent(InetAddress sender) {
    return rate != null && rate.isExceeded(sender, nanoClock.getAsLong());
  }

  /** May be called on several threads at once. */
  boolean mustNotBeAnswered(InetSocketAddress sender) {
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

  private boolean isOfThisHost(InetAddress address) {
    if (address.isLoopbackAddress()) {
      return true;
    }
    Set<InetAddress> known = hostAddresses;
    if (known == null || !known.contains(address)) {
      refreshIfDue();
      known = hostAddresses;
    }
    return known == null || known.contains(address); // refusing is the safe side
  }

  /** One thread lists them, and the others go on with what is known. */
  private void refreshIfDue() {
    long now = nanoClock.getAsLong();
    long due = nextRefresh.get();
    if (now < due || !nextRefresh.compareAndSet(due, now + REFRESH_NANOS)) {
      return;
    }
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

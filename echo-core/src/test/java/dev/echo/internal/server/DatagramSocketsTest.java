package dev.echo.internal.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.echo.Endpoint;
import dev.echo.testing.NoLeaks;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(30)
class DatagramSocketsTest {

  private static final InetSocketAddress ANY = Endpoint.udp("0.0.0.0", 0).address();
  private static final InetSocketAddress LOOPBACK = Endpoint.udp("127.0.0.1", 0).address();

  /** TEST-NET-1, RFC 5737: not of this host. */
  private static final InetAddress GONE = Endpoint.udp("192.0.2.1", 0).address().getAddress();

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  private static List<List<String>> hosts(DatagramSockets sockets) throws IOException {
    List<List<String>> all = new ArrayList<>();
    for (DatagramSockets.Share share : sockets.shares) {
      List<String> hosts = new ArrayList<>();
      for (DatagramChannel channel : share.channels) {
        InetSocketAddress local = (InetSocketAddress) channel.getLocalAddress();
        assertEquals(sockets.address.getPort(), local.getPort());
        hosts.add(local.getAddress().getHostAddress());
      }
      all.add(hosts);
    }
    return all;
  }

  private static void assumeSharing() throws IOException {
    try (DatagramChannel channel = DatagramChannel.open()) {
      assumeTrue(channel.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT));
    }
  }

  @Test
  void needsNoSelectorForOneSocket() throws Exception {
    DatagramSockets sockets = DatagramSockets.open(Endpoint.udp(0), 1);
    try {
      assertEquals(List.of(List.of("127.0.0.1")), hosts(sockets));
      assertNull(sockets.shares.get(0).selector);
      DatagramChannel only = sockets.shares.get(0).channels.get(0);
      assertFalse(only.getOption(StandardSocketOptions.SO_REUSEADDR));
    } finally {
      sockets.close();
    }
  }

  @Test
  void leavesAnAddressThatCannotBeBoundToTheWildcardSocket() throws Exception {
    DatagramSockets sockets = DatagramSockets.open(ANY, 1, List.of(GONE, LOOPBACK.getAddress()));
    try {
      assertEquals(List.of(List.of("0.0.0.0", "127.0.0.1")), hosts(sockets));
      assertNotNull(sockets.shares.get(0).selector);
      for (DatagramChannel channel : sockets.shares.get(0).channels) {
        assertFalse(channel.getOption(StandardSocketOptions.SO_REUSEADDR));
      }
    } finally {
      sockets.close();
    }
  }

  /** Or each would get what is sent to a group or to all. */
  @Test
  void hasOneWildcardSocketForAnyNumberOfThreads() throws Exception {
    assumeSharing();
    DatagramSockets sockets = DatagramSockets.open(ANY, 3, List.of(LOOPBACK.getAddress()));
    try {
      assertEquals(
          List.of(List.of("0.0.0.0", "127.0.0.1"), List.of("127.0.0.1"), List.of("127.0.0.1")),
          hosts(sockets));
    } finally {
      sockets.close();
    }
  }

  @Test
  void hasNoThreadsWithoutSockets() throws Exception {
    assumeSharing();
    DatagramSockets sockets = DatagramSockets.open(ANY, 3, List.of(GONE));
    try {
      assertEquals(List.of(List.of("0.0.0.0")), hosts(sockets));
      DatagramChannel only = sockets.shares.get(0).channels.get(0);
      assertFalse(only.getOption(StandardSocketOptions.SO_REUSEPORT)); // nobody else binds there
    } finally {
      sockets.close();
    }
  }

  @Test
  void leavesNothingOpenWhenThePortIsTaken() throws Exception {
    DatagramSockets first = DatagramSockets.open(Endpoint.udp(0), 2);
    try {
      assertThrows(
          BindException.class,
          () -> DatagramSockets.open(
              new InetSocketAddress(ANY.getAddress(), first.address.getPort()),
              2,
              List.of(LOOPBACK.getAddress())));
    } finally {
      first.close();
    }
  }
}

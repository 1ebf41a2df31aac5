package dev.echo.internal.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which peers are on this machine; how long they are waited for is {@link ConnectionTest}'s. */
class LingeringCloseTest {

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 127.0.0.1, true",
    "127.0.0.2, 127.0.0.1, true",
    "::1, ::1, true",
    "192.0.2.1, 192.0.2.1, true",
    "2001:db8::1, 2001:db8::1, true",
    "192.0.2.2, 192.0.2.1, false",
    "2001:db8::2, 2001:db8::1, false"
  })
  void knowsALocalPeerByItsAddress(String peer, String own, boolean isLocal) throws Exception {
    InetSocketAddress from = new InetSocketAddress(InetAddress.getByName(peer), 1);
    InetSocketAddress to = new InetSocketAddress(InetAddress.getByName(own), 2);

    assertEquals(isLocal, LingeringClose.isLocal(from, to));
  }
}

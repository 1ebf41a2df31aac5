package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.internal.Addresses;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.RecordingListener;
import dev.echo.testing.Transport;
import dev.echo.testing.Wire;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The file of a Unix socket, and the names of its peers. */
@Timeout(30)
class SocketFileTest {

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @Test
  void deletesOnlyItsOwnSocketFile() throws Exception {
    Path path = Transport.freePath();
    EchoServer server = EchoServer.start(Endpoint.unix(path));
    Files.delete(path);
    try (EchoServer heir = EchoServer.start(Endpoint.unix(path))) {
      server.close();

      assertTrue(Files.exists(path));
      try (Wire peer = Wire.to(heir.endpoint())) {
        assertEquals("x\n", peer.send("x\n").receiveLine());
      }
    }
    assertFalse(Files.exists(path));
  }

  @Test
  void deletesItsSocketFileAlthoughItWasTouched() throws Exception {
    Path path = Transport.freePath();
    EchoServer server = EchoServer.start(Endpoint.unix(path));
    Files.setLastModifiedTime(path, FileTime.from(Instant.EPOCH));

    server.close();

    assertFalse(Files.exists(path));
  }

  @Test
  void readsNoNameOfAUnixPeer() throws Exception {
    Path name = Transport.freePath().resolveSibling("ein\nName");
    RecordingListener listener = new RecordingListener();
    try (EchoServer server = EchoServer.builder().listener(listener).start(Transport.UNIX.free());
        SocketChannel peer = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      peer.bind(UnixDomainSocketAddress.of(name));

      peer.connect(server.endpoint().address());

      assertEquals(Endpoint.unix(Path.of("")), listener.awaitOpen().endpoint());
    }
    Files.delete(name);
  }

  @ParameterizedTest
  @CsvSource({
    "UTF-8, true",
    "ISO-8859-1, true",
    "GB18030, true",
    "US-ASCII, false",
    "windows-1252, false",
    "EUC-JP, false"
  })
  void knowsWhichEncodingsNameEveryFile(String encoding, boolean names) {
    assertEquals(names, Addresses.namesEveryFile(encoding));
  }
}

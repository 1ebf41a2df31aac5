package dev.echo.internal.tls;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.echo.Endpoint;
import dev.echo.internal.BufferLimit;
import dev.echo.testing.Certificates;
import java.nio.ByteBuffer;
import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;

/** Handshakes, and the changes of keys that come later. */
class TlsChannelHandshakeTest extends TlsChannelPairTest {

  @Test
  void refusesAHandshakeThatDoesNotEnd() throws Exception {
    assumeTrue(version.equals("TLSv1.2"), "all that comes later is of use or refused");
    open();
    client.handshake();
    goOn(server);
    byte[] canceled = {21, 3, 3, 0, 2, 1, 90}; // an alert that is to be ignored

    SSLException e = assertThrows(SSLException.class, () -> {
      for (int i = 0; i < 100_000; i++) {
        sockets[0].write(ByteBuffer.wrap(canceled));
        goOn(server);
      }
    });

    assertTrue(
        e.getMessage().matches("not done after 26\\d{4} bytes, the limit is 262144"),
        e.getMessage());
  }

  @Test
  void refusesAnAlertInPlaceOfAGreeting() throws Exception {
    open();
    sockets[0].write(ByteBuffer.wrap(new byte[] {21, 3, 3, 0, 2, 1, 90}));

    SSLException e = assertThrows(SSLException.class, () -> server.handshake());

    assertEquals("the peer does not speak TLS", e.getMessage());
  }

  @Test
  void asksForTheServerByItsName() throws Exception {
    SSLParameters lax = new SSLParameters();
    lax.setEndpointIdentificationAlgorithm("");
    lax.setProtocols(new String[] {version});
    open();
    clientEngine = Tls.forClient(Certificates.none(), lax)
        .connectingEngine(Endpoint.tcp("echo.example.org", 7));
    client = new TlsChannel(sockets[0], clientEngine, new TlsBuffers(), BufferLimit.NONE);
    shakeOpenHands();

    ExtendedSSLSession session = (ExtendedSSLSession) server.session();
    assertEquals(List.of(new SNIHostName("echo.example.org")), session.getRequestedServerNames());
  }

  @Test
  void answersKeyUpdatesAndRefusesRenegotiation() throws Exception {
    shakeHands();
    for (int i = 0; i < 100; i++) {
      clientEngine.beginHandshake(); // under TLS 1.3 a key update
      if (version.equals("TLSv1.2")) {
        client.handshake();
        SSLException e =
            assertThrows(SSLException.class, () -> server.read(ByteBuffer.allocate(65_536)));
        assertEquals("the peer asks for renegotiation", e.getMessage());
        return;
      }
      client.handshake();
      client.write(ByteBuffer.wrap(("message " + i % 10).getBytes(UTF_8)));
      assertEquals("message " + i % 10, new String(read(server, 9), UTF_8));
      server.write(ByteBuffer.wrap(("echo " + i % 10).getBytes(UTF_8)));
      assertEquals("echo " + i % 10, new String(read(client, 6), UTF_8));
    }
  }

  @Test
  void givesUpOnAPeerThatTakesNoAnswersToItsKeyUpdates() throws Exception {
    assumeTrue(version.equals("TLSv1.3"), "there is no such thing before");
    shakeHands();
    sockets[1].writeSize = () -> 0;

    SSLException e = assertThrows(SSLException.class, () -> {
      for (int i = 0; i < 10_000; i++) {
        clientEngine.beginHandshake();
        client.handshake();
        server.read(ByteBuffer.allocate(65_536));
      }
    });

    assertTrue(
        e.getMessage()
            .matches("the peer does not take the answers that it asks for: "
                + "16\\d{3} bytes wait, the limit is 16384"),
        e.getMessage());
  }

  @Test
  void answersKeyUpdatesWithoutEndOfAPeerThatTakesTheAnswersLater() throws Exception {
    assumeTrue(version.equals("TLSv1.3"), "there is no such thing before");
    shakeHands();
    ByteBuffer in = ByteBuffer.allocate(65_536);
    for (int i = 0; i < 1_000; i++) {
      sockets[1].writeSize = () -> 0;
      clientEngine.beginHandshake();
      client.handshake();
      assertEquals(0, server.read(in.clear()));

      sockets[1].writeSize = () -> Integer.MAX_VALUE;
      server.write(ByteBuffer.wrap(new byte[1]));
      assertEquals(1, client.read(in.clear()));
    }
  }

  @Test
  void changesKeysWhileDataWaitsToBeTaken() throws Exception {
    assumeTrue(version.equals("TLSv1.3"), "there is no such thing before");
    shakeHands();
    sockets[1].writeSize = () -> 0;
    byte[] sent = bytes(50_000);
    ByteBuffer out = ByteBuffer.wrap(sent);
    assertEquals(0, server.write(out));

    for (int i = 0; i < 10; i++) {
      clientEngine.beginHandshake();
      client.handshake();
      assertEquals(0, server.read(ByteBuffer.allocate(65_536)));
    }
    sockets[1].writeSize = () -> Integer.MAX_VALUE;

    assertEquals(sent.length, server.write(out));
    assertArrayEquals(sent, read(client, sent.length));
  }
}

package dev.echo.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.CloseReason;
import dev.echo.Endpoint;
import dev.echo.Exchange;
import dev.echo.Fault;
import dev.echo.Framing;
import dev.echo.Message;
import dev.echo.Peer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.Test;

/** The line for each event, without a server. */
class ServerLogTest {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final Console console =
      new Console(InputStream.nullInputStream(), out, new ByteArrayOutputStream(), false);
  private final Peer peer = new OnePeer(3, Endpoint.parse("tcp://127.0.0.1:5000"));
  private final Message hello = Message.of("hello");

  @Test
  void printsWhatHappensToAConnection() {
    ServerLog log = log("tcp://127.0.0.1:0", null);
    Exchange first = new Exchange(peer, 1, hello, Message.of("HELLO"), false);

    log.onOpen(peer);
    log.onEcho(first);
    log.onFault(first, Fault.parse("delay=20ms+reset@3"));
    log.onEcho(new Exchange(peer, 2, hello, hello, true));
    log.onError(peer, new IOException("Receive from tcp://127.0.0.1:5000: Connection reset"));
    log.onClose(peer, CloseReason.PEER_RESET);

    assertPrinted(
        "3 opened: tcp://127.0.0.1:5000",
        "3#1 \"hello\" → \"HELLO\"",
        "3#1 fault: delay=20ms+reset@3",
        "3#2 \"hello\" → \"hello\" (quit)",
        "3 error: Receive from tcp://127.0.0.1:5000: Connection reset",
        "3 closed: peer reset");
  }

  @Test
  void namesTheSenderOfADatagram() {
    Peer sender = new OnePeer(1, Endpoint.parse("udp://127.0.0.1:5000"));

    log("udp://127.0.0.1:0", null).onEcho(new Exchange(sender, 2, hello, hello, false));

    assertPrinted("1#2 udp://127.0.0.1:5000 \"hello\" → \"hello\"");
  }

  @Test
  void namesEndpointsWithTls() {
    ServerLog log = log("tls://127.0.0.1:0", new Tls(null, null, null));

    log.onOpen(peer);
    log.onError(peer, new IOException("Receive from tcp://127.0.0.1:5000: Connection reset"));

    assertPrinted(
        "3 opened: tls://127.0.0.1:5000",
        "3 error: Receive from tls://127.0.0.1:5000: Connection reset");
  }

  @Test
  void namesTheProxyBesideTheClient() {
    ServerLog log = log("tcp://127.0.0.1:0", null);
    Peer local = new ProxiedPeer(4, peer.endpoint(), peer.endpoint());

    log.onOpen(new ProxiedPeer(3, Endpoint.parse("tcp://192.0.2.1:51234"), peer.endpoint()));
    log.onOpen(local);

    assertPrinted(
        "3 opened: tcp://192.0.2.1:51234 through tcp://127.0.0.1:5000",
        "4 opened: tcp://127.0.0.1:5000");
  }

  @Test
  void namesAClientWithoutAddressThatUsesTls() {
    ServerLog log = log("tls://127.0.0.1:0", new Tls(null, null, null));

    log.onOpen(new ProxiedPeer(3, Endpoint.parse("unix:"), peer.endpoint()));

    assertPrinted("3 opened: unix: through tls://127.0.0.1:5000");
  }

  @Test
  void printsNothingOfAPeerRaw() {
    ServerLog log = log("tcp://127.0.0.1:0", null);
    Message forged = Message.of("a\n1 closed: quit\u001b[2J\u202e");
    Message noText = Message.of(new byte[] {'a', (byte) 0xFF, 0});

    log.onEcho(new Exchange(peer, 1, forged, noText, false));
    log.onError(peer, new IOException("a\nb"));

    assertPrinted(
        "3#1 \"a\\u000a1 closed: quit\\u001b[2J\\u202e\" → \"a\ufffd\\u0000\"",
        "3 error: a\\u000ab");
  }

  @Test
  void boundsEachLine() {
    ServerLog log = log("tcp://127.0.0.1:0", null);

    for (String letter : List.of("x", "\u0390", "\u4f60", "\ud83d\ude80", "\u001b")) {
      Message large = Message.of(letter.repeat(100_000));
      log.onEcho(new Exchange(peer, 1, hello, large, false));
      log.onEcho(new Exchange(peer, Long.MAX_VALUE, large, large, true));
    }
    log.onError(peer, new IOException("x".repeat(100_000)));

    List<String> lines = lines();
    String shown = "x".repeat(399) + "…\" (100000 bytes)";
    assertEquals("3#1 \"hello\" → \"" + shown, lines.get(0));
    assertEquals("3#" + Long.MAX_VALUE + " \"" + shown + " → \"" + shown + " (quit)", lines.get(1));
    assertEquals("3#1 \"hello\" → \"" + "\u4f60".repeat(399) + "…\" (300000 bytes)", lines.get(4));
    assertEquals(11, lines.size());
    assertTrue(lines.stream().allMatch(line -> line.length() <= 1000), lines::toString);
  }

  @Test
  void showsMessagesThatJustFit() {
    String text = "x".repeat(400);
    Message message = Message.of(text);

    log("tcp://127.0.0.1:0", null).onEcho(new Exchange(peer, 1, message, hello, false));

    assertPrinted("3#1 \"" + text + "\" → \"hello\"");
  }

  private ServerLog log(String endpoint, Tls tls) {
    Options options = new Options(DemoEndpoint.parse(endpoint), tls, 2048, "quit", Framing.LINES);
    return new ServerLog(options, console);
  }

  private void assertPrinted(String... lines) {
    assertEquals(List.of(lines), lines());
  }

  private List<String> lines() {
    console.end();
    return out.toString(UTF_8).lines().toList();
  }

  private record OnePeer(long number, Endpoint endpoint) implements Peer {
    @Override
    public Optional<Endpoint> proxy() {
      return Optional.empty();
    }

    @Override
    public Optional<SSLSession> tlsSession() {
      return Optional.empty();
    }
  }

  private record ProxiedPeer(long number, Endpoint endpoint, Endpoint from) implements Peer {
    @Override
    public Optional<Endpoint> proxy() {
      return Optional.of(from);
    }

    @Override
    public Optional<SSLSession> tlsSession() {
      return Optional.empty();
    }
  }
}
